// Numbers in JSON, which has none that is not finite: an infinity, such as the logit of a token that cannot be, is null.

using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Gpt2.Cli.Output;

/// <summary>Writes float and double as System.Text.Json does, and null for infinities and NaN, where that would throw.</summary>
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
            writer.WriteNumberValue(single); // widened to a double it would show digits that it does not have
        }
        else
        {
            writer.WriteNumberValue(double.CreateChecked(value));
        }
    }
}
