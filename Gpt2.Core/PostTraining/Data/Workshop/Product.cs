// A product that is for sale: what its price depends on, as positions in the lists of ProductRule.

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>The parts of the products: no combination of attributes is in two of them.</summary>
internal enum ProductPart
{
    Training,
    Validation,
    Test,
}

/// <summary>The attributes of a product.</summary>
/// <param name="Thing">What it is.</param>
/// <param name="Material">Which of the materials of that thing it is made of.</param>
/// <param name="Brand">The town that its brand is from.</param>
/// <param name="Size">Its size.</param>
/// <param name="Condition">Its condition.</param>
internal sealed record Product(int Thing, int Material, int Brand, int Size, int Condition)
{
    /// <summary>Eight tenths of the combinations are for training, one for validation and one for the test.</summary>
    public ProductPart Part => (((7 * Thing) + (3 * Material) + (7 * Brand) + (11 * Size) + (9 * Condition)) % 10) switch
    {
        0 => ProductPart.Test,
        5 => ProductPart.Validation,
        _ => ProductPart.Training,
    };
}
