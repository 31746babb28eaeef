// Errors are tested by their parts, so that the words around them may change.

using FluentAssertions.Specialized;
using Gpt2.Core;

namespace Gpt2.Tests.Support;

internal static class ErrorAssertions
{
    /// <summary>Compares the parts that are named; each may have wildcards.</summary>
    public static void With(
        this ExceptionAssertions<Gpt2Exception> thrown, string? found = null, string? expected = null, string? remedy = null, string? where = null) =>
        thrown.Which.ShouldHave(found, expected, remedy, where);

    /// <summary>Compares the parts that are named; each may have wildcards.</summary>
    public static void ShouldHave(
        this Gpt2Exception error, string? found = null, string? expected = null, string? remedy = null, string? where = null)
    {
        Compare(error.Where?.ToString(), where, nameof(error.Where));
        Compare(error.Found, found, nameof(error.Found));
        Compare(error.Expected, expected, nameof(error.Expected));
        Compare(error.Remedy, remedy, nameof(error.Remedy));
        error.Message.Should().NotContain("\n", "an error is one line");
    }

    private static void Compare(string? part, string? pattern, string name)
    {
        if (pattern is not null)
        {
            part.Should().Match(pattern, "{0} is", name);
        }
    }
}
