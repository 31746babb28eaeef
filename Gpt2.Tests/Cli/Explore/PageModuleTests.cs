// The modules of the page as files: a browser loads none of them if one imports what another does not export.

using System.Text;
using System.Text.RegularExpressions;
using Gpt2.Cli.Explore;

namespace Gpt2.Tests.Cli.Explore;

public partial class PageModuleTests
{
    private static readonly string[] Modules = [.. PageFiles.Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal))];

    [Fact]
    public void SavedApi_ExportsWhatApiExports()
    {
        string[] api = [.. ExportsOf("api.js")];

        api.Should().HaveCountGreaterThan(5);
        ExportsOf("saved-api.js").Should().BeEquivalentTo(api, "a saved page has it in the place of api.js");
    }

    [Fact]
    public void Imports_AreExports_OfModulesThatExist()
    {
        foreach (string module in Modules)
        {
            MatchCollection imports = Import().Matches(TextOf(module));
            int all = TextOf(module).Split('\n').Count(line => line.StartsWith("import ", StringComparison.Ordinal));
            imports.Should().HaveCount(all, $"{module} has no other kind of import");
            foreach (Match import in imports)
            {
                string from = import.Groups["from"].Value;
                Modules.Should().Contain(from, module);
                NamesIn(import.Groups["names"].Value).Except(ExportsOf(from)).Should().BeEmpty($"{module} imports what {from} exports");
            }
        }
    }

    private static IEnumerable<string> ExportsOf(string module) => Export().Matches(TextOf(module))
        .SelectMany(export => export.Groups["name"].Success ? [export.Groups["name"].Value] : NamesIn(export.Groups["names"].Value));

    private static string[] NamesIn(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string TextOf(string module) => PageFiles.TryFind("/" + module, out PageFile? file)
        ? Encoding.UTF8.GetString(file.Bytes.Span)
        : throw new ArgumentException(module);

    /// <summary>import { a, b } from './module.js', or * as module: what a saved page knows how to replace.</summary>
    [GeneratedRegex(@"^import (?:\{(?<names>[^}]*)\}|\* as \w+) from '\./(?<from>[\w-]+\.js)';", RegexOptions.Multiline)]
    private static partial Regex Import();

    /// <summary>export of one name, or of several: export const { a, b } = ….</summary>
    [GeneratedRegex(@"^export (?:(?:async )?(?:const|let|function) (?<name>\w+)|const \{(?<names>[^}]*)\})", RegexOptions.Multiline)]
    private static partial Regex Export();
}
