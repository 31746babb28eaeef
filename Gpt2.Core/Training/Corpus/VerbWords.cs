// The verbs that precede an adverb: base, third person, past, -ing.

namespace Gpt2.Core.Training.Corpus;

internal static class VerbWords
{
    private static readonly string[] Table =
    [
        "move moves moved moving", "walk walks walked walking", "run runs ran running", "speak speaks spoke speaking",
        "talk talks talked talking", "work works worked working", "sing sings sang singing", "read reads read reading",
        "write writes wrote writing", "play plays played playing", "smile smiles smiled smiling", "laugh laughs laughed laughing",
        "answer answers answered answering", "ask asks asked asking", "wait waits waited waiting", "sit sits sat sitting",
        "sleep sleeps slept sleeping", "dance dances danced dancing", "drive drives drove driving", "swim swims swam swimming",
        "cook cooks cooked cooking", "eat eats ate eating", "drink drinks drank drinking", "listen listens listened listening",
        "look looks looked looking", "live lives lived living", "act acts acted acting", "think thinks thought thinking",
        "learn learns learned learning", "draw draws drew drawing", "paint paints painted painting", "climb climbs climbed climbing",
        "help helps helped helping", "teach teaches taught teaching", "turn turns turned turning", "stand stands stood standing",
        "dress dresses dressed dressing", "give gives gave giving", "fight fights fought fighting", "call calls called calling",
        "arrive arrives arrived arriving", "leave leaves left leaving", "jump jumps jumped jumping", "nod nods nodded nodding",
    ];

    public static readonly CorpusVerb[] All =
        [.. Table.Select(line => line.Split(' ')).Select(forms => new CorpusVerb(forms[0], forms[1], forms[2], forms[3]))];

    /// <summary>The verb with this base form.</summary>
    public static CorpusVerb Of(string verb) => All.First(entry => entry.Base == verb);
}
