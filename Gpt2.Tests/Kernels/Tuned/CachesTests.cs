// What the processor says of its caches, compared with what the operating system says where it does.

using System.Globalization;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Tests.Kernels.Tuned;

public class CachesTests
{
    [Fact]
    public void OfProcessor_IsWhatTheSystemSays_OrPossible()
    {
        Caches caches = Caches.OfProcessor;

        caches.FirstLevelWays.Should().BeInRange(1, 64);
        caches.FirstLevelSetStride.Should().BeInRange(64, 1 << 20);
        caches.SecondLevelBytes.Should().BeInRange(64 << 10, 256 << 20);
        var system = new DirectoryInfo("/sys/devices/system/cpu/cpu0/cache");
        foreach (DirectoryInfo cache in system.Exists ? system.GetDirectories("index*") : [])
        {
            string Of(string name) => File.ReadAllText(Path.Combine(cache.FullName, name)).Trim();
            int Number(string name) => int.Parse(Of(name).TrimEnd('K'), CultureInfo.InvariantCulture);
            if (Of("level") == "1" && Of("type") == "Data")
            {
                caches.FirstLevelWays.Should().Be(Number("ways_of_associativity"));
                caches.FirstLevelSetStride.Should().Be(Number("number_of_sets") * Number("coherency_line_size"));
            }
            else if (Of("level") == "2" && Of("type") == "Unified")
            {
                caches.SecondLevelBytes.Should().Be(Number("size") * 1024);
            }
        }
    }
}
