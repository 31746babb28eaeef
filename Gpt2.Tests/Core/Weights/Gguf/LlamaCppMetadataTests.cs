// Keys of other architectures in a GGUF file: those that llama.cpp ignores for gpt2 we ignore, and those that it does not we refuse.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;
using LLama.Exceptions;
using static Gpt2.Tests.Core.Weights.Fixtures.LlamaFiles;

namespace Gpt2.Tests.Core.Weights.Gguf;

/// <remarks>
/// Of all keys in llama.cpp's library these were chosen by trying each with values of every type. It stops the process for a file with
/// gpt2.expert_count, expert_used_count or expert_group_count alone, so these are tested without it, among the damages.
/// </remarks>
public sealed class LlamaCppMetadataTests : IDisposable
{
    private static readonly Gpt2Config Config = new(260, 16, 32, 4, 2);

    private static readonly Dictionary<string, GgufKey> Ignored = new GgufKey[]
    {
        Real("rope.freq_base", 500_000), Whole("rope.dimension_count", 4), Real("rope.scale_linear", 4), Text("rope.scaling.type", "yarn"),
        Real("rope.scaling.factor", 8), Whole("rope.scaling.original_context_length", 8), Real("rope.scaling.attn_factor", 2),
        Real("attention.clamp_kqv", 0.01f), Real("attention.max_alibi_bias", 8), Real("attention.scale", 0.01f),
        Real("attention.output_scale", 0.01f), Real("attention.value_scale", 0.01f), Real("attention.layer_norm_rms_epsilon", 0.5f),
        Whole("attention.sliding_window", 2), Whole("attention.sliding_window_pattern", 2), Real("attention.temperature_scale", 3),
        Real("attn_logit_softcapping", 0.5f), Real("final_logit_softcapping", 0.5f), Real("logit_scale", 0.01f), Real("embedding_scale", 3),
        Real("residual_scale", 0.1f), new("gpt2.use_parallel_residual", 7, [1]), Whole("pooling_type", 1), Whole("expert_shared_count", 1),
        Whole("expert_feed_forward_length", 7), Whole("leading_dense_block_count", 1), Text("hidden_activation", "relu"),
        GgufFixture.Whole("llama.attention.head_count", 2),
    }.ToDictionary(key => key.Name);

    private static readonly int[] Ids = TestModels.Ids(Config, 16, 3);

    private static readonly Lazy<float[]> WithoutKeys = new(() =>
    {
        using var files = new LlamaFiles();
        using var llama = new LlamaModel(files.Written(Fixture()), Config.Context);
        return llama.Logits(Ids);
    });

    private readonly LlamaFiles files = new();

    public void Dispose() => files.Dispose();

    public static TheoryData<string> IgnoredNames() => [.. Ignored.Keys];

    [LlamaTheory]
    [MemberData(nameof(IgnoredNames))]
    public void LlamaCpp_KeyOfAnotherArchitecture_IsIgnoredByBoth(string name)
    {
        string file = files.Written(Fixture(Ignored[name]));
        using var llama = new LlamaModel(file, Config.Context);

        llama.Logits(Ids).Should().Equal(WithoutKeys.Value);
        Largest(Logits(Ours(file), Ids), WithoutKeys.Value).Should().BeLessThan(0.005);
    }

    [LlamaFact]
    public void LlamaCpp_AttentionToWhatFollows_IsComputedThereAndRefusedHere()
    {
        string file = files.Written(Fixture(new("gpt2.attention.causal", 7, [0])));
        using var llama = new LlamaModel(file, Config.Context);

        Largest(llama.Logits(Ids), WithoutKeys.Value).Should().BeGreaterThan(0.1);
        FluentActions.Invoking(() => ModelFolder.Open(file)).Should().Throw<Gpt2Exception>().With(found: "found false", expected: "true*");
    }

    [LlamaTheory]
    [InlineData("attention.head_count_kv", 1)]
    [InlineData("attention.value_length", 4)]
    public void LlamaCpp_OtherHeads_AreRefusedByBoth(string name, uint value)
    {
        string file = files.Written(Fixture(Whole(name, value)));

        FluentActions.Invoking(() => new LlamaModel(file, Config.Context)).Should().Throw<LoadWeightsFailedException>();
        FluentActions.Invoking(() => ModelFolder.Open(file)).Should().Throw<Gpt2Exception>().With(found: $"found {value}", expected: "*as in GPT-2");
    }

    private static GgufKey Real(string name, float value) => GgufFixture.Real("gpt2." + name, value);

    private static GgufKey Whole(string name, uint value) => GgufFixture.Whole("gpt2." + name, value);

    private static GgufKey Text(string name, string value) => GgufFixture.Text("gpt2." + name, value);

    private static GgufFixture Fixture(GgufKey? key = null)
    {
        var fixture = GgufFixture.Of(TestModels.Random(Config, 7), SmallModel.Vocabulary);
        if (key is not null)
        {
            fixture.Put(key);
        }

        return fixture;
    }
}
