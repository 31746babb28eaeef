// Which kernels to compute with, on how many threads, in how wide vectors.

using System.CommandLine;
using System.Globalization;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that computes: --kernels, --threads and --vectors.</summary>
internal sealed class KernelInput
{
    private readonly Option<string?> kernels = CommonOptions.Kernels();
    private readonly Option<string?> vectors = new("--vectors")
    {
        Description = $"Bits of the vectors of the tuned kernels. Default: {VectorWidth.Variable}, or the widest here, {VectorWidth.Widest}.\n"
            + "The results are the same bits with every width that rounds a product and its sum once.",
        HelpName = string.Join('|', VectorWidth.Possible.Reverse()),
    };

    public KernelInput()
    {
        vectors.CompletionSources.Add([.. VectorWidth.Possible.Select(bits => bits.ToString(CultureInfo.InvariantCulture))]);
        vectors.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string given && VectorWidth.Problem(given) is string problem)
            {
                result.AddError($"--vectors: {problem}");
            }
        });
    }

    /// <summary>--threads, without which there is one per core.</summary>
    public Option<int> Threads { get; } = CommonOptions.Threads();

    /// <summary>The options, in the order of the help.</summary>
    public Option[] All => [kernels, Threads, vectors];

    public void AddTo(Command command)
    {
        foreach (Option option in All)
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The kernels that were asked for. A command need not have all of the options.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="rung">The rung to take whatever --kernels says, or null.</param>
    /// <exception cref="UsageException">The environment variable for the width makes no sense here.</exception>
    public KernelSet Read(ParseResult parsed, KernelRung? rung = null) =>
        KernelSet.Create(rung ?? CommonOptions.RungOf(CommonOptions.Given(parsed, kernels)), parsed.GetValue(Threads), WidthOf(parsed));

    private int WidthOf(ParseResult parsed)
    {
        if (CommonOptions.Given(parsed, vectors) is string given)
        {
            return int.Parse(given, CultureInfo.InvariantCulture);
        }

        try
        {
            return VectorWidth.Standard;
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
