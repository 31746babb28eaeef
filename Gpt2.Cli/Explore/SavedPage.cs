// The page as one file without a server: its modules, styles and icon, and a pass, in index.html itself. A policy in the file allows
// what is in it and nothing else.

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

internal static partial class SavedPage
{
    /// <summary>
    /// The maximum number of bytes of all numbers in a file, which holds them as base64 and therefore is at most a third larger, plus
    /// what else is on the page.
    /// </summary>
    public const long MostBytes = 24_000_000;

    private const string Replaced = "api.js", Replacement = "saved-api.js";

    private const string Start = "import 'saved-page.js';\nimport 'main.js';\n";

    /// <summary>Throws if a file would be too large, before anything is computed.</summary>
    /// <param name="config">The model's sizes.</param>
    /// <param name="tokens">Number of tokens of the prompt; 0 if it is not known yet.</param>
    /// <exception cref="Gpt2Exception">It would.</exception>
    public static void RequireSmall(Gpt2Config config, int tokens)
    {
        long weights = SavedPass.BytesOf(config, tokens: 0), all = SavedPass.BytesOf(config, tokens);
        if (weights > MostBytes || (tokens > 0 && all > MostBytes))
        {
            string what = weights > MostBytes ? "the model's weights" : Invariant($"all numbers of {Plural.Of(tokens, "token")} and of the model");
            throw new Gpt2Exception($"{what} take {ByteCount.Shown(Math.Max(weights, all))}")
            {
                Where = "--save",
                Expected = $"at most {ByteCount.Shown(MostBytes)} in a file",
                Remedy = weights > MostBytes ? "choose a smaller model, or leave out --save" : "shorten the prompt",
            };
        }
    }

    /// <summary>The page of a prompt.</summary>
    /// <param name="model">A model with text, whose weights are matrices.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="ids">Its tokens.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long, or the file would be too large.</exception>
    public static string Of(LanguageModel model, string prompt, int[] ids)
    {
        model.Model.CheckPrompt(ids, past: 0);
        RequireSmall(model.Config, ids.Length);
        return Assemble(SavedPass.Of(model, prompt, ids));
    }

    private static string Assemble(SavedPass pass)
    {
        string page = Text("index.html");
        string styles = string.Concat(StyleLink().Matches(page).Select(link => Text(link.Groups[1].Value)));
        string map = ImportMap();
        string policy = $"default-src 'none'; script-src data: {HashOf(map)} {HashOf(Start)}; style-src {HashOf(styles)}; img-src data:; "
            + "connect-src 'none'; base-uri 'none'; form-action 'none'";
        page = StyleLink().Replace(page, "");
        page = Put(
            page, """<meta charset="utf-8">""",
            $"""
            <meta charset="utf-8">
              <meta http-equiv="Content-Security-Policy" content="{policy}">
            """);
        page = Put(page, "href=\"icon.svg\"", $"href=\"{Address("icon.svg")}\"");
        page = Put(
            page, """<script type="module" src="main.js"></script>""",
            $"""
            <style>{styles}</style>
              <script type="importmap">{map}</script>
              <script type="module">{Start}</script>
            """);
        return Put(page, "</body>", Data("saved-json", pass.Json) + Data("saved-numbers", pass.Numbers) + "</body>");
    }

    /// <summary>
    /// Says where the modules are: each in an address that holds the module itself. Such an address has no folder, so the modules import
    /// each other by bare names.
    /// </summary>
    private static string ImportMap()
    {
        var modules = PageFiles.Names.Where(name => name.EndsWith(".js", StringComparison.Ordinal) && name != Replaced).ToDictionary(
            name => name, name => Encoded("text/javascript", Encoding.UTF8.GetBytes(Import().Replace(Text(name), "'$1'"))));
        modules[Replaced] = modules[Replacement];
        var map = new StringBuilder();
        foreach ((string name, string address) in modules.OrderBy(module => module.Key, StringComparer.Ordinal))
        {
            map.Append(map.Length == 0 ? "" : ",\n").Append(Invariant($"\"{JsonEncodedText.Encode(name)}\":\"{address}\""));
        }

        return $"{{\"imports\":{{\n{map}\n}}}}";
    }

    /// <summary>A script that is none, but holds data as base64, in which no text can look like markup.</summary>
    private static string Data(string id, byte[] bytes) =>
        $"  <script type=\"text/plain\" id=\"{id}\">{Convert.ToBase64String(bytes)}</script>\n";

    private static string Address(string name) => Encoded(FileOf(name).Type, FileOf(name).Bytes.Span);

    private static string Encoded(string type, ReadOnlySpan<byte> bytes) => $"data:{type};base64,{Convert.ToBase64String(bytes)}";

    private static string Text(string name) => Encoding.UTF8.GetString(FileOf(name).Bytes.Span).ReplaceLineEndings("\n");

    private static PageFile FileOf(string name) =>
        PageFiles.TryFind("/" + name, out PageFile? file) ? file : throw new ArgumentException($"the page has no file {name}");

    /// <summary>Replaces a part that must be there.</summary>
    private static string Put(string page, string part, string by) => page.Contains(part, StringComparison.Ordinal)
        ? page.Replace(part, by, StringComparison.Ordinal)
        : throw new InvalidOperationException($"index.html has no {part}");

    private static string HashOf(string text) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}'";

    [GeneratedRegex("""  <link rel="stylesheet" href="([^"]+)">\n""", RegexOptions.CultureInvariant)]
    private static partial Regex StyleLink();

    [GeneratedRegex(@"'\./([\w-]+\.js)'", RegexOptions.CultureInvariant)]
    private static partial Regex Import();
}
