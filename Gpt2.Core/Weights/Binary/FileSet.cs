// The files of a model are opened one by one and closed together.

namespace Gpt2.Core.Weights.Binary;

/// <summary>Mapped files that belong to one model.</summary>
internal sealed class FileSet : IDisposable
{
    private readonly List<MappedFile> files = [];

    /// <exception cref="Gpt2Exception">The file is missing or cannot be read.</exception>
    public MappedFile Open(string path)
    {
        var file = new MappedFile(path);
        files.Add(file);
        return file;
    }

    public void Dispose() => files.ForEach(file => file.Dispose());
}
