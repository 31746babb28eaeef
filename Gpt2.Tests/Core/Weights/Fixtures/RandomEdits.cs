// Random damage for property tests: bytes changed, cut out, put in, and the file cut off.

using FsCheck;
using FsCheck.Fluent;

namespace Gpt2.Tests.Core.Weights.Fixtures;

/// <summary>One edit: at a place, of a kind, with a value.</summary>
internal sealed record RandomEdit(int Place, int Kind, byte Value);

internal static class RandomEdits
{
    /// <summary>One to four edits in the first bytes of a file.</summary>
    public static Gen<RandomEdit[]> Of(int length)
    {
        Gen<RandomEdit> edit = Gen.Choose(0, length - 1).SelectMany(
            _ => Gen.Choose(0, 9), (place, kind) => (place, kind)).SelectMany(
            _ => Gen.Choose(0, 255), (pair, value) => new RandomEdit(pair.place, pair.kind, (byte)value));
        return Gen.Choose(1, 4).SelectMany(count => edit.ArrayOf(count));
    }

    public static byte[] Apply(byte[] original, RandomEdit[] edits)
    {
        var bytes = new List<byte>(original);
        foreach (RandomEdit edit in edits)
        {
            int place = Math.Min(edit.Place, bytes.Count - 1);
            if (place < 0)
            {
                break;
            }

            switch (edit.Kind)
            {
                case < 4:
                    bytes[place] = edit.Value;
                    break;
                case < 6:
                    bytes[place] ^= (byte)(1 << (edit.Value % 8));
                    break;
                case 6:
                    bytes.RemoveAt(place);
                    break;
                case 7:
                    bytes.Insert(place, edit.Value);
                    break;
                case 8:
                    bytes[place] = (byte)('0' + (edit.Value % 10));
                    break;
                default:
                    bytes.RemoveRange(place, edit.Value < 128 ? bytes.Count - place : Math.Min(edit.Value, bytes.Count - place));
                    break;
            }
        }

        return [.. bytes];
    }
}
