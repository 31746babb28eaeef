// What must be remembered of a file that has come in part, so that the rest can be asked for: a small JSON file beside it.

using System.Net.Http.Headers;
using System.Text.Json;
using Gpt2.Core.Files;

namespace Gpt2.Core.Weights.Download;

/// <summary>Where a part of a file came from and what the whole is.</summary>
/// <param name="Address">Its address, without the query.</param>
/// <param name="EntityTag">The strong entity tag of what came, or null.</param>
/// <param name="LastModified">The time of its last change, or null.</param>
/// <param name="Size">Bytes of the whole, or null.</param>
/// <param name="Checksum">Checksum of the whole, or null.</param>
internal sealed record TransferState(string Address, string? EntityTag, DateTimeOffset? LastModified, long? Size, Checksum? Checksum)
{
    /// <summary>Whether a rest can be told to belong to the part: by a validator that the server checks, or by the checksum of the whole.</summary>
    public bool CanGoOn => EntityTag is not null || LastModified is not null || Checksum is not null;

    /// <summary>Reads it; null where there is none or it is broken, which only costs a new beginning.</summary>
    public static TransferState? Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TransferState>(RegularFile.ReadAllBytes(path)) is { Address: not null, Checksum: not { Hex: null } } state
                && (state.EntityTag is null || EntityTagHeaderValue.TryParse(state.EntityTag, out _)) ? state : null;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes it in place of the old one.</summary>
    public void Save(string path) => OutputFile.Write(path, stream => JsonSerializer.Serialize(stream, this));
}
