/* A program that is not the agent and serves the agent's pipe all the same, as malware on a PC would. Says when
   somebody connects and how many bytes came, until they hang up; then serves the next one. With a word on its command
   line the pipe belongs to administrators, as the agent's does. */

#include <windows.h>
#include <sddl.h>
#include <stdio.h>

#define NAME "\\\\.\\pipe\\ProtectedPrefix\\Administrators\\countersign-agent"

int main(int count_of_words, char **words)
{
    SECURITY_ATTRIBUTES security = {sizeof security, NULL, FALSE};
    static char bytes[65536];
    setvbuf(stdout, NULL, _IONBF, 0);
    (void)words;
    if (count_of_words > 1
        && !ConvertStringSecurityDescriptorToSecurityDescriptorA("O:BAG:BAD:P(A;;GA;;;BA)(A;;GA;;;SY)", SDDL_REVISION_1,
                                                                 &security.lpSecurityDescriptor, NULL)) {
        printf("no descriptor %lu\n", GetLastError());
        return 1;
    }
    for (;;) {
        HANDLE pipe = CreateNamedPipeA(NAME, PIPE_ACCESS_DUPLEX, PIPE_TYPE_BYTE | PIPE_WAIT, PIPE_UNLIMITED_INSTANCES,
                                       sizeof bytes, sizeof bytes, 0, &security);
        DWORD count;
        if (pipe == INVALID_HANDLE_VALUE) {
            printf("no pipe %lu\n", GetLastError());
            return 1;
        }
        printf("serving\n");
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED) {
            printf("no connection %lu\n", GetLastError());
            return 1;
        }
        printf("connected\n");
        while (ReadFile(pipe, bytes, sizeof bytes, &count, NULL))
            printf("bytes %lu\n", count);
        printf("hung up\n");
        CloseHandle(pipe);
    }
}
