// Where bytes stop being UTF-8.

using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Gpt2.Core.Text;

/// <summary>Finds bytes that are no UTF-8, for messages.</summary>
public static class Utf8Check
{
    /// <summary>The place of the first byte that does not belong to a character, from 0; −1 where all is UTF-8.</summary>
    public static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return -1;
        }

        int place = 0;
        while (Rune.DecodeFromUtf8(bytes[place..], out _, out int length) == OperationStatus.Done)
        {
            place += length;
        }

        return place;
    }
}
