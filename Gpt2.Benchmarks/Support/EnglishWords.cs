// The words of the generated English: common ones in the order of their frequency, and the parts that rare ones are
// composed of. How they become sentences is EnglishText's business.

namespace Gpt2.Benchmarks.Support;

internal static class EnglishWords
{
    public static readonly string[] Determiners = Words("""
        the a the this the his her their our my your its that every some no another each any the
        """);

    public static readonly string[] Pronouns = Words("""
        he she they it we you I someone nobody everyone
        """);

    public static readonly string[] Prepositions = Words("""
        of in to with on at from by for into over after before under between through against without along across
        behind beside during towards near beyond around
        """);

    public static readonly string[] Conjunctions = Words("""
        and but because while when so although until if or since as though unless where
        """);

    public static readonly string[] Contractions = Words("""
        didn't wasn't couldn't it's they're we'll you've she'd I'm don't won't he's isn't I'd let's haven't
        """);

    public static readonly string[] Nouns = Words("""
        time year people way day man thing woman life child world school house state family student group country
        problem hand part place case week company system program question work government number night point home
        water room mother area money story fact month lot right study book eye job word business issue side kind head
        friend father power hour game line end member law car city community name president team minute idea body
        information back parent face others level office door health person art war history party result change
        morning reason research girl guy moment air teacher force education foot boy age policy music process river
        bridge garden letter window market machine mountain captain island winter summer village kitchen paper table
        engine station forest harbour doctor farmer singer painter judge soldier neighbour uncle sister brother dog
        cat horse bird fish tree flower stone street road train ship boat wheel clock lamp candle bottle basket
        blanket shirt coat hat shoe pocket button needle thread ladder hammer bucket rope fence gate roof wall floor
        ceiling chimney cellar shelf drawer mirror curtain pillow drum flute violin song dance theatre newspaper
        library museum church castle tower valley desert ocean storm thunder lightning rainbow cloud snow frost wind
        tide harvest orchard vineyard meadow pasture barn stable plough barley wheat bread butter cheese honey salt
        pepper onion carrot cabbage potato apple pear plum cherry lemon walnut almond ginger cinnamon telescope
        compass lantern anchor journal ledger envelope invention experiment theorem equation molecule electron
        laboratory microscope thermometer algorithm vocabulary grammar sentence paragraph chapter manuscript
        """);

    public static readonly string[] Verbs = Words("""
        was had said made went took came saw knew got gave found thought told became showed left felt put brought
        began kept held wrote stood heard let meant set met ran paid sat spoke lay led read grew lost fell sent built
        understood drew broke spent cut rose drove bought wore chose asked seemed turned called tried needed wanted
        looked used helped talked started moved liked lived believed happened provided included continued learned
        changed followed stopped created opened walked offered remembered considered appeared waited served died
        expected stayed reached killed remained suggested raised passed sold required reported decided pulled
        explained carried developed hoped noticed repaired painted measured borrowed counted planted harvested
        collected polished whispered shouted laughed wandered climbed crossed gathered promised refused admitted
        described discovered examined imagined published translated memorised questioned encouraged disappointed
        """);

    public static readonly string[] Adjectives = Words("""
        other new good high old great big small large young different long little important bad white real best right
        social only public sure low early able human local late hard major better strong possible whole free military
        true federal international full special easy clear recent certain personal open red difficult available likely
        short single medical current wrong private past foreign fine common poor natural significant similar hot dead
        central happy serious ready simple left physical general quick quiet bright dark narrow broad shallow deep
        gentle rough smooth heavy curious patient honest clever stubborn cheerful lonely ancient modern wooden golden
        silver crooked frozen hollow distant familiar ordinary peculiar magnificent reasonable unexpected mysterious
        """);

    public static readonly string[] Adverbs = Words("""
        not also very often however too usually really early never always sometimes together likely simply generally
        instead actually already slowly quickly quietly carefully suddenly gently eagerly rarely nearly almost twice
        barely hardly proudly patiently seldom forever elsewhere meanwhile afterwards reluctantly
        """);

    /// <summary>Front, middle and end of rare words: "under" + "gard" + "ening".</summary>
    public static readonly string[] RareFronts = Words("""
        un re dis over under out inter trans counter micro semi fore mis non pre sub super anti auto bi co de en ex
        hyper mid mono multi neo pan para poly post proto pseudo quasi retro tele tri ultra uni
        """);

    public static readonly string[] RareMiddles = Words("""
        gard marl fenn holt quill brand stell morph graph plan tract spect script form port cred duct fract grav hydr
        junct lumin mand nov oper pend quant rupt sign temp urb vert cycl dorm fid grad host jur liter medic nav orb
        pict ras sol tang vac weav bram cald drav eld frost glim hark ithe kest lorn mirk nettl oast pell rusk
        """);

    public static readonly string[] RareEnds = Words("""
        ing ed er ation able ment ness ful less ist ism ity ive ous al ance ancy ary ate dom ed ence ened ening ent
        ern ery ess est hood ial ian ible ic ical ified ifying ile ish ization ized ling ly ship some ster tion ure ward
        """);

    /// <summary>Beginnings and ends of names: "Mar" + "wick".</summary>
    public static readonly string[] NameFronts = Words("""
        Mar Al Ben Car Dun El Fair Gil Har Is Jas Kel Lin Mor Nor Os Per Quin Ros Sel Tor Ul Ver Wil Yor Zan Ash Brad
        Clif Der Ed Fen Graf Hol Ing Jer Kirk Lan Mel Ned Or Pres Rad Stan Thorn Up Van Wes
        """);

    public static readonly string[] NameEnds = Words("""
        wick ton ford bert bury ley man son field a ina ette us ia ard win stead mouth dale berg ville ova escu sen
        """);

    private static string[] Words(string text) =>
        text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
