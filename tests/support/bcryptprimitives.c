/* Rust's std takes its random bytes from ProcessPrng of bcryptprimitives.dll,
   which Wine 8 (Debian 12) lacks. This stands in for it next to the .exe, for
   tests under Wine only: never ship it. Built by windows-build. */
#include <windows.h>
#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    for (ULONG n; size; data += n, size -= n) {
        n = size > 0x10000 ? 0x10000 : (ULONG)size;
        if (!RtlGenRandom(data, n)) return FALSE;
    }
    return TRUE;
}
