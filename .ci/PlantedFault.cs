// Faults on purpose, one for each rule named after it: joined to a build with -p:PlantedFault=true, every one of them
// must be reported as an error, IMPORTS and WHITESPACE by dotnet format. If one is not, the rules no longer bite. See .ci/run.
using System.Xml; // IDE0005
using System.Text; // IMPORTS: not in order
namespace Gpt2.Planted { // IDE0161, IDE0055
    internal static class plantedFault { // IDE1006 is for fields; the class name is CA1708's and the reviewer's business
        private static int Counter = 0; // IDE1006, IDE0044
        internal static string Show(double value) {
            int unused = 3; // IDE0059
            if (value > 1) return value.ToString(); // IDE0011, CA1305
            string? nothing = null;
            return nothing.Length + Counter.ToString(System.Globalization.CultureInfo.InvariantCulture); // CS8602
        }
    }
}
