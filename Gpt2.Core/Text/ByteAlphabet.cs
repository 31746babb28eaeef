// OpenAI's byte-to-unicode table: a printable character for each of the 256 bytes, so that tokens of any bytes can be
// written in a text file such as vocab.bpe. The order of this table is the order of the first 256 ids.

namespace Gpt2.Core.Text;

/// <summary>
/// The 188 bytes that are printable in Latin-1 stand for themselves and come first; the other 68 (controls, space, 0x7F
/// to 0xA0, soft hyphen) follow as U+0100, U+0101, … The space is thus Ġ (U+0120) and the line feed Ċ (U+010A).
/// </summary>
internal static class ByteAlphabet
{
    private const int FirstStandIn = 0x100;
    private const int StandIns = 68;

    private static readonly byte[] ByteOfId = new byte[256];
    private static readonly int[] IdOfByteTable = new int[256];
    private static readonly char[] CharOfByteTable = new char[256];
    private static readonly int[] ByteOfCharTable = new int[FirstStandIn + StandIns];

    static ByteAlphabet()
    {
        Array.Fill(ByteOfCharTable, -1);
        int id = 0;
        for (int value = 0; value < 256; value++)
        {
            if (Prints(value))
            {
                Enter((byte)value, (char)value, id++);
            }
        }

        for (int value = 0; value < 256; value++)
        {
            if (!Prints(value))
            {
                Enter((byte)value, (char)(FirstStandIn + id - (256 - StandIns)), id++);
            }
        }
    }

    /// <summary>The byte that token id 0 … 255 stands for.</summary>
    public static byte ByteOf(int id) => ByteOfId[id];

    /// <summary>The token id, 0 … 255, of a byte.</summary>
    public static int IdOf(byte value) => IdOfByteTable[value];

    /// <summary>The character that stands for a byte.</summary>
    public static char CharOf(byte value) => CharOfByteTable[value];

    /// <summary>The byte that a character stands for, or −1 if the character is not in the alphabet.</summary>
    public static int ByteOf(char character) => character < ByteOfCharTable.Length ? ByteOfCharTable[character] : -1;

    /// <summary>Bytes written in the alphabet.</summary>
    public static string Write(ReadOnlySpan<byte> bytes)
    {
        var characters = new char[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            characters[i] = CharOf(bytes[i]);
        }

        return new string(characters);
    }

    private static bool Prints(int value) => value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);

    private static void Enter(byte value, char character, int id)
    {
        ByteOfId[id] = value;
        IdOfByteTable[value] = id;
        CharOfByteTable[value] = character;
        ByteOfCharTable[character] = value;
    }
}
