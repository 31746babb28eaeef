// The BLAS library that the products are compared with, where the system has it. Used by benchmarks only.

using System.Runtime.InteropServices;

namespace Gpt2.Benchmarks.Support;

/// <summary>OpenBLAS's product of single-precision matrices.</summary>
internal static class OpenBlas
{
    /// <summary>What slows OpenBLAS down where it is set to an older processor than this one.</summary>
    public static readonly string[] Variables = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

    private const string Library = "libopenblas.so.0";
    private const int RowMajor = 101, AsItIs = 111, Exchanged = 112; // of cblas.h

    private static bool announced;

    /// <summary>Whether the library is on this system.</summary>
    public static bool IsInstalled { get; } = NativeLibrary.TryLoad(Library, typeof(OpenBlas).Assembly, null, out _);

    /// <summary>Sets the number of threads, and the first time writes down for which processor the kernels are.</summary>
    public static void SetThreads(int threads)
    {
        SetNumThreads(threads);
        if (!announced)
        {
            announced = true;
            Console.WriteLine($"// OpenBLAS for {Marshal.PtrToStringAnsi(CoreNamePointer())}");
        }
    }

    /// <summary>result = left · right + beta · result, each side [rows, inner] or [inner, columns] once it is transposed.</summary>
    public static void Multiply(
        float[] left, bool leftExchanged, float[] right, bool rightExchanged, int rows, int columns, int inner, float beta, float[] result) =>
        Sgemm(
            RowMajor, leftExchanged ? Exchanged : AsItIs, rightExchanged ? Exchanged : AsItIs, rows, columns, inner, 1,
            left, leftExchanged ? rows : inner, right, rightExchanged ? inner : columns, beta, result, columns);

    /// <summary>result = row · right, one row: the library's own function for that.</summary>
    public static void MultiplyRow(float[] row, float[] right, int columns, int inner, float[] result) =>
        Sgemv(RowMajor, Exchanged, inner, columns, 1, right, columns, row, 1, 0, result, 1);

    [DllImport(Library, EntryPoint = "openblas_set_num_threads")]
    private static extern void SetNumThreads(int threads);

    [DllImport(Library, EntryPoint = "openblas_get_corename")]
    private static extern nint CoreNamePointer();

    [DllImport(Library, EntryPoint = "cblas_sgemm")]
    private static extern void Sgemm(
        int order, int leftExchanged, int rightExchanged, int rows, int columns, int inner, float alpha, float[] left, int leftStride,
        float[] right, int rightStride, float beta, float[] result, int resultStride);

    [DllImport(Library, EntryPoint = "cblas_sgemv")]
    private static extern void Sgemv(
        int order, int transposed, int rows, int columns, float alpha, float[] matrix, int stride, float[] vector, int vectorStep, float beta,
        float[] result, int resultStep);
}
