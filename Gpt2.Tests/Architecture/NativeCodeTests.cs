// What native code needs, as far as a test can see it without compiling any.

using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Xml.Linq;
using Gpt2.Core;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Architecture;

public sealed class NativeCodeTests
{
    [Theory]
    [InlineData("Gpt2.Kernels")]
    [InlineData("Gpt2.Core")]
    [InlineData("Gpt2.Cli")]
    public void Project_HasTheAnalyzersForNativeCode(string project)
    {
        var file = XDocument.Load(Path.Combine(SharedData.RepositoryRoot, project, project + ".csproj"));

        file.Descendants("IsAotCompatible").Select(element => element.Value).Should().Equal("true");
    }

    [Fact]
    public void Json_IsReadAndWrittenByGeneratedCode()
    {
        var assemblies = (Assembly[])[typeof(KernelSet).Assembly, typeof(LanguageModel).Assembly, typeof(Gpt2.Cli.Gpt2Command).Assembly];
        IEnumerable<MethodBase> calls = assemblies.SelectMany(TypeUses.In).SelectMany(uses => uses.Calls)
            .Where(call => call.DeclaringType == typeof(JsonSerializer));

        calls.Should().NotBeEmpty().And
            .OnlyContain(call => call.GetParameters().Any(parameter => IsGenerated(parameter.ParameterType)));
    }

    private static bool IsGenerated(Type type) => type.IsAssignableTo(typeof(JsonTypeInfo)) || type.IsAssignableTo(typeof(JsonSerializerContext));
}
