// Transposes four rows in registers: the innermost step of packing a transposed side.

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>to[k · toStride + i] = scale · from[i · fromStride + k] for four rows i and 16, 8 or 4 columns k.</summary>
internal static class FourRows
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void By16(ref readonly float from, nint fromStride, float scale, ref float to, nint toStride)
    {
        Vector512<float> a = Vector512.LoadUnsafe(in from) * scale;
        Vector512<float> b = Vector512.LoadUnsafe(in Elements.At(in from, fromStride)) * scale;
        Vector512<float> c = Vector512.LoadUnsafe(in Elements.At(in from, 2 * fromStride)) * scale;
        Vector512<float> d = Vector512.LoadUnsafe(in Elements.At(in from, 3 * fromStride)) * scale;

        // Within every 128 bits: a0 b0 a1 b1 and c0 d0 c1 d1 become a0 b0 c0 d0 and a1 b1 c1 d1; likewise for 2 and 3.
        Vector512<double> abLow = Avx512F.UnpackLow(a, b).AsDouble(), cdLow = Avx512F.UnpackLow(c, d).AsDouble();
        Vector512<double> abHigh = Avx512F.UnpackHigh(a, b).AsDouble(), cdHigh = Avx512F.UnpackHigh(c, d).AsDouble();
        Store(Avx512F.UnpackLow(abLow, cdLow).AsSingle(), ref to, 4 * toStride);
        Store(Avx512F.UnpackHigh(abLow, cdLow).AsSingle(), ref Unsafe.Add(ref to, toStride), 4 * toStride);
        Store(Avx512F.UnpackLow(abHigh, cdHigh).AsSingle(), ref Unsafe.Add(ref to, 2 * toStride), 4 * toStride);
        Store(Avx512F.UnpackHigh(abHigh, cdHigh).AsSingle(), ref Unsafe.Add(ref to, 3 * toStride), 4 * toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void By8(ref readonly float from, nint fromStride, float scale, ref float to, nint toStride)
    {
        Vector256<float> a = Vector256.LoadUnsafe(in from) * scale;
        Vector256<float> b = Vector256.LoadUnsafe(in Elements.At(in from, fromStride)) * scale;
        Vector256<float> c = Vector256.LoadUnsafe(in Elements.At(in from, 2 * fromStride)) * scale;
        Vector256<float> d = Vector256.LoadUnsafe(in Elements.At(in from, 3 * fromStride)) * scale;
        Vector256<double> abLow = Avx.UnpackLow(a, b).AsDouble(), cdLow = Avx.UnpackLow(c, d).AsDouble();
        Vector256<double> abHigh = Avx.UnpackHigh(a, b).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        Store(Avx.UnpackLow(abLow, cdLow).AsSingle(), ref to, 4 * toStride);
        Store(Avx.UnpackHigh(abLow, cdLow).AsSingle(), ref Unsafe.Add(ref to, toStride), 4 * toStride);
        Store(Avx.UnpackLow(abHigh, cdHigh).AsSingle(), ref Unsafe.Add(ref to, 2 * toStride), 4 * toStride);
        Store(Avx.UnpackHigh(abHigh, cdHigh).AsSingle(), ref Unsafe.Add(ref to, 3 * toStride), 4 * toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void By4(ref readonly float from, nint fromStride, float scale, ref float to, nint toStride)
    {
        Vector128<float> a = Vector128.LoadUnsafe(in from) * scale;
        Vector128<float> b = Vector128.LoadUnsafe(in Elements.At(in from, fromStride)) * scale;
        Vector128<float> c = Vector128.LoadUnsafe(in Elements.At(in from, 2 * fromStride)) * scale;
        Vector128<float> d = Vector128.LoadUnsafe(in Elements.At(in from, 3 * fromStride)) * scale;
        if (Sse.IsSupported)
        {
            Vector128<float> abLow = Sse.UnpackLow(a, b), cdLow = Sse.UnpackLow(c, d);
            Vector128<float> abHigh = Sse.UnpackHigh(a, b), cdHigh = Sse.UnpackHigh(c, d);
            (a, b, c, d) = (
                Sse.MoveLowToHigh(abLow, cdLow), Sse.MoveHighToLow(cdLow, abLow),
                Sse.MoveLowToHigh(abHigh, cdHigh), Sse.MoveHighToLow(cdHigh, abHigh));
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            Vector128<float> acLow = AdvSimd.Arm64.ZipLow(a, c), bdLow = AdvSimd.Arm64.ZipLow(b, d);
            Vector128<float> acHigh = AdvSimd.Arm64.ZipHigh(a, c), bdHigh = AdvSimd.Arm64.ZipHigh(b, d);
            (a, b, c, d) = (
                AdvSimd.Arm64.ZipLow(acLow, bdLow), AdvSimd.Arm64.ZipHigh(acLow, bdLow),
                AdvSimd.Arm64.ZipLow(acHigh, bdHigh), AdvSimd.Arm64.ZipHigh(acHigh, bdHigh));
        }
        else
        {
            (a, b, c, d) = (
                Vector128.Create(a[0], b[0], c[0], d[0]), Vector128.Create(a[1], b[1], c[1], d[1]),
                Vector128.Create(a[2], b[2], c[2], d[2]), Vector128.Create(a[3], b[3], c[3], d[3]));
        }

        a.StoreUnsafe(ref to);
        b.StoreUnsafe(ref to, (nuint)toStride);
        c.StoreUnsafe(ref to, (nuint)(2 * toStride));
        d.StoreUnsafe(ref to, (nuint)(3 * toStride));
    }

    /// <summary>Stores the 128-bit parts of a vector, one stride apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector512<float> value, ref float to, nint stride)
    {
        Store(value.GetLower(), ref to, stride);
        Store(value.GetUpper(), ref Unsafe.Add(ref to, 2 * stride), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<float> value, ref float to, nint stride)
    {
        value.GetLower().StoreUnsafe(ref to);
        value.GetUpper().StoreUnsafe(ref to, (nuint)stride);
    }
}
