// The files of the page, which are part of the program.

using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Gpt2.Cli.Explore;

/// <summary>A file of the page.</summary>
/// <param name="Type">Its media type.</param>
/// <param name="Bytes">What is in it.</param>
internal sealed record PageFile(string Type, ReadOnlyMemory<byte> Bytes);

internal static class PageFiles
{
    /// <summary>What the names of these resources begin with, see Gpt2.Cli.csproj.</summary>
    private const string Prefix = "Explore/Page/";

    private const string FirstFile = "index.html";

    private static readonly Lazy<Dictionary<string, PageFile>> Files = new(Load);

    /// <summary>The names of all files.</summary>
    public static IEnumerable<string> Names => Files.Value.Keys.Select(address => address[1..]);

    /// <summary>Finds the file of an address: / is the page itself.</summary>
    public static bool TryFind(string path, [NotNullWhen(true)] out PageFile? file) =>
        Files.Value.TryGetValue(path == "/" ? "/" + FirstFile : path, out file);

    private static Dictionary<string, PageFile> Load()
    {
        Assembly assembly = typeof(PageFiles).Assembly;
        var files = new Dictionary<string, PageFile>();
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using Stream stream = assembly.GetManifestResourceStream(name)!;
            byte[] bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            files.Add("/" + name[Prefix.Length..], new PageFile(TypeOf(name), bytes));
        }

        return files;
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        string other => throw new InvalidOperationException($"no media type for {other}"),
    };
}
