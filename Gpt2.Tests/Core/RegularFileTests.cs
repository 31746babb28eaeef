// What is at a path in place of a regular file: found out without opening it.

using System.Net.Sockets;
using Gpt2.Core;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core;

public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Otherwise_FileEmptyFileAndNothing_IsNull()
    {
        File.WriteAllText(folder.PathOf("full"), "x");
        File.WriteAllText(folder.PathOf("empty"), "");

        RegularFile.Otherwise(folder.PathOf("full")).Should().BeNull();
        RegularFile.Otherwise(folder.PathOf("empty")).Should().BeNull();
        RegularFile.Otherwise(folder.PathOf("none")).Should().BeNull();
        RegularFile.Otherwise(folder.Root).Should().Be("a folder");
    }

    [Fact]
    public void Otherwise_EmptyFileThatIsHeld_IsNull()
    {
        using var held = new FileStream(folder.PathOf("held"), FileMode.Create, FileAccess.Write, FileShare.None);

        RegularFile.Otherwise(folder.PathOf("held")).Should().BeNull();
    }

    [UnixFact]
    public void Otherwise_LinkUpwardsFromALinkedFolder_IsFollowedAsTheSystemDoes()
    {
        Directory.CreateDirectory(folder.PathOf("far", "below"));
        NamedPipe.Put(folder.PathOf("far", "pipe"));
        Directory.CreateSymbolicLink(folder.PathOf("way"), folder.PathOf("far", "below"));
        File.CreateSymbolicLink(folder.PathOf("link"), "way/../pipe");

        RegularFile.Otherwise(folder.PathOf("link")).Should().Be("a named pipe");
    }

    [UnixFact]
    public void Otherwise_PipeDeviceAndSocket_AreNamed_AlsoThroughALink()
    {
        string pipe = NamedPipe.Put(folder.PathOf("pipe")), link = folder.PathOf("link");
        string toLink = folder.PathOf("to-link"), toFile = folder.PathOf("to-file");
        File.CreateSymbolicLink(link, pipe);
        File.CreateSymbolicLink(toLink, "link");
        File.WriteAllText(folder.PathOf("file"), "");
        File.CreateSymbolicLink(toFile, "file");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder.PathOf("socket")));

        RegularFile.Otherwise(pipe).Should().Be("a named pipe");
        RegularFile.Otherwise(link).Should().Be("a named pipe");
        RegularFile.Otherwise(toLink).Should().Be("a named pipe");
        RegularFile.Otherwise(toFile).Should().BeNull();
        File.Delete(pipe);
        RegularFile.Otherwise(link).Should().BeNull("a broken link is found when it is opened");
        RegularFile.Otherwise("/dev/zero").Should().Be("a device");
        RegularFile.Otherwise(folder.PathOf("socket")).Should().Be("a socket");
    }

    [UnixFact]
    public void EveryWayToOpen_NamedPipe_IsRefusedAtOnce()
    {
        string pipe = NamedPipe.Put(folder.PathOf("pipe"));
        foreach (Action open in (Action[])
        [
            () => RegularFile.OpenRead(pipe), () => RegularFile.OpenHandle(pipe),
            () => RegularFile.ReadAllBytes(pipe), () => RegularFile.ReadAllText(pipe),
        ])
        {
            Refusal(open).Should().Be("it is a named pipe, not a regular file");
        }

        FluentActions.Invoking(() => RegularFile.Require(pipe, "a file with numbers"))
            .Should().Throw<Gpt2Exception>().With(found: "found a named pipe", expected: "a file with numbers", where: pipe);
    }

    private static string Refusal(Action open) => open.Should().Throw<IOException>().Which.Message;
}
