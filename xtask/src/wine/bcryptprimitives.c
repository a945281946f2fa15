/* The one function of bcryptprimitives.dll that Rust's standard library needs, for Wine 8, which has no such file.
   It goes into the Wine prefix of tests and into the staged set for Wine; it is never shipped and never goes onto a
   real Windows, which has the file. */

#include <windows.h>

/* RtlGenRandom under the name advapi32 exports it by. */
BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *buffer, SIZE_T length)
{
    while (length > 0) {
        ULONG part = length > 0x10000000 ? 0x10000000 : (ULONG)length;
        if (!SystemFunction036(buffer, part))
            return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
