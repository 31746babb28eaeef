// Numbers in JSON, where all numbers are finite: an infinity, such as the logit of an impossible token, is written as
// null.

using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gpt2.Cli.Output;

/// <summary>
/// Writes float and double as System.Text.Json does, but infinities and NaN, for which that throws, as null.
/// </summary>
internal sealed class FiniteNumber<T> : JsonConverter<T>
    where T : struct, IBinaryFloatingPointIeee754<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("results are written and not read");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (!T.IsFinite(value))
        {
            writer.WriteNullValue();
        }
        else if (value is float single)
        {
            writer.WriteNumberValue(single); // as a double it would show more digits than it has
        }
        else
        {
            writer.WriteNumberValue(double.CreateChecked(value));
        }
    }
}
