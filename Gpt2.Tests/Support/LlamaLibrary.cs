// llama.cpp, through LLamaSharp, is what reads and writes GGUF files elsewhere. Its native libraries are taken from the package's own
// folder; where they do not load, what needs them says so.

using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using LLama.Exceptions;
using LLama.Native;
using Processor = System.Runtime.InteropServices.Architecture;

namespace Gpt2.Tests.Support;

/// <summary>Loads llama.cpp once for the process.</summary>
internal static class LlamaLibrary
{
    private static readonly Lazy<string?> Loaded = new(Load);

    /// <summary>Why it cannot be used on this machine; null if it can.</summary>
    public static string? Problem => Loaded.Value;

    /// <summary>A function of ggml, the library under llama.cpp, by its name.</summary>
    public static T Function<T>(string name) where T : Delegate =>
        Marshal.GetDelegateForFunctionPointer<T>(NativeLibrary.GetExport(NativeLibrary.Load(PathOf("ggml-base")), name));

    private static string? Load()
    {
        try
        {
            foreach (string name in (string[])["ggml-base", "ggml-cpu", "ggml-blas", "ggml-metal", "ggml", "llama"])
            {
                if (name is not ("ggml-blas" or "ggml-metal") || File.Exists(PathOf(name)))
                {
                    NativeLibrary.Load(PathOf(name));
                }
            }

            NativeLibraryConfig.All.WithLibrary(PathOf("llama"), PathOf("mtmd"));
            NativeLogConfig.llama_log_set((_, _) => { });
            NativeApi.llama_empty_call();
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException or TypeInitializationException or RuntimeError)
        {
            return $"llama.cpp's library does not load on this machine: {e.Message.ReplaceLineEndings(" ")}";
        }
    }

    private static string PathOf(string name)
    {
        string folder = Path.Combine(PackageFolder(), "LLamaSharpRuntimes", Runtime(), "native", Variant());
        string prefix = OperatingSystem.IsWindows() ? "" : "lib";
        string extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return Path.Combine(folder, prefix + name + extension);
    }

    private static string PackageFolder() => typeof(LlamaLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(entry => entry.Key == "LlamaLibraries").Value!;

    private static string Runtime()
    {
        string system = OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx"
            : RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal) ? "linux-musl" : "linux";
        return $"{system}-{(RuntimeInformation.ProcessArchitecture == Processor.Arm64 ? "arm64" : "x64")}";
    }

    /// <summary>The folder of the libraries for this processor: only Linux and Windows have several for x64.</summary>
    private static string Variant() => RuntimeInformation.ProcessArchitecture != Processor.X64 || OperatingSystem.IsMacOS() ? ""
        : Avx512F.IsSupported && Avx512BW.IsSupported && Avx512CD.IsSupported && Avx512DQ.IsSupported ? "avx512"
        : Avx2.IsSupported && Fma.IsSupported ? "avx2"
        : Avx.IsSupported ? "avx" : "noavx";
}
