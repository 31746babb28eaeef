// Training saves more than weights in a TensorFlow checkpoint, and that may be ignored. Any other variable would belong
// to a part of the model that is not computed.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;

namespace Gpt2.Core.Weights.TensorFlow;

/// <summary>Distinguishes the variables of a checkpoint by their names.</summary>
internal static class CheckpointVariables
{
    /// <summary>
    /// What an optimiser stores for a variable, under the variable's name: the slots of TensorFlow's own optimisers and
    /// averages, and those of the AdamW that came with BERT.
    /// </summary>
    private static readonly HashSet<string> Slots =
    [
        "Adam", "Adam_1", "adam_m", "adam_v", "AdaMax", "AdaMax_1", "Adadelta", "Adadelta_1", "Adagrad", "Ftrl", "Ftrl_1", "Momentum",
        "RMSProp", "RMSProp_1", "RMSProp_2", "ExponentialMovingAverage",
    ];

    /// <summary>What training stores once, in any scope: its step, and the powers of Adam's coefficients.</summary>
    private static readonly HashSet<string> Counters = ["global_step", "beta1_power", "beta2_power"];

    /// <summary>TensorFlow 2's description of the file itself, which has no numbers.</summary>
    private const string ObjectGraph = "_CHECKPOINTABLE_OBJECT_GRAPH";

    /// <summary>The variables that belong neither to the model nor to training, in order.</summary>
    public static IEnumerable<string> Others(IEnumerable<string> names, Gpt2Config config)
    {
        HashSet<string> model = [.. MatrixShapes.Of(config).Select(shape => TensorFlowFormat.Scope + shape.Name)];
        return names.Where(name => !model.Contains(name) && !IsOfTraining(name, model)).Order(StringComparer.Ordinal);
    }

    private static bool IsOfTraining(string name, HashSet<string> model)
    {
        int cut = name.LastIndexOf('/');
        string last = name[(cut + 1)..];
        return name == ObjectGraph || Counters.Contains(last) || (Slots.Contains(last) && cut > 0 && model.Contains(name[..cut]));
    }
}
