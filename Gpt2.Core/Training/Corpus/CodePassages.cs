// Snippets that look like C#: loops, conditions, methods, with varied names and numbers and the right indentation.

using System.Globalization;

namespace Gpt2.Core.Training.Corpus;

internal static class CodePassages
{
    public static string Make(Dice dice)
    {
        int count = dice.Between(1, 2);
        return string.Join("\n", Enumerable.Range(0, count).Select(_ => Snippet(dice)));
    }

    private static string Snippet(Dice dice)
    {
        string index = dice.Pick("i", "j", "k", "n");
        string name = dice.Pick("total", "count", "sum", "number", "price", "size");
        string other = dice.Pick("value", "age", "limit", "next", "last", "first");
        string method = dice.Pick("Add", "Print", "Count", "Move", "Read", "Write", "Find", "Start");
        string least = Number(dice.Between(0, 3));
        string most = Number(dice.Between(4, 100));
        string word = dice.Of(NameWords.All).Name;
        return dice.Below(7) switch
        {
            0 => $"for (int {index} = {least}; {index} < {most}; {index}++)\n{{\n    Console.WriteLine({index});\n}}\n",
            1 => $"int {name} = {least};\nfor (int {index} = 0; {index} < {most}; {index}++)\n{{\n    {name} += {index};\n}}\n\n"
                + $"Console.WriteLine({name});\n",
            2 => $"if ({name} > {most})\n{{\n    Console.WriteLine(\"{word}\");\n}}\nelse\n{{\n    return {least};\n}}\n",
            3 => $"public static int {method}(int {name}, int {other})\n{{\n    return {name} + {other};\n}}\n",
            4 => $"string name = \"{word}\";\nConsole.WriteLine(\"Hello, \" + name);\n",
            5 => $"public void {method}()\n{{\n    int {name} = {most};\n    Console.WriteLine({name});\n}}\n",
            _ => $"while ({name} < {most})\n{{\n    {name}++;\n}}\n\nreturn {name};\n",
        };
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
