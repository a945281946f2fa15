/* A service by the agent's name, with a pipe like the agent's: what comes through the pipe goes to a port of this
   machine and back, so that a test plays the agent, honest or not. "relay.exe install PORT" makes and starts it, and stays. */

#include <winsock2.h>
#include <windows.h>
#include <sddl.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME L"\\\\.\\pipe\\ProtectedPrefix\\Administrators\\countersign-agent"
#define SERVICE "countersign-agent"
/* As the fake Windows of the staged agent has it. */
#define ACCESS L"O:BAG:BAD:P(A;;GA;;;BA)(A;;GA;;;SY)"

static SERVICE_STATUS_HANDLE status_handle;
static unsigned short port;

struct pair {
    HANDLE pipe;
    SOCKET socket;
};

/* One reading or writing of the pipe; both go on at once, which takes an overlapped handle. */
static BOOL move(HANDLE pipe, char *bytes, DWORD length, BOOL reading, DWORD *count)
{
    OVERLAPPED overlapped = {0};
    BOOL done;
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    done = reading ? ReadFile(pipe, bytes, length, NULL, &overlapped)
                   : WriteFile(pipe, bytes, length, NULL, &overlapped);
    done = (done || GetLastError() == ERROR_IO_PENDING) && GetOverlappedResult(pipe, &overlapped, count, TRUE);
    CloseHandle(overlapped.hEvent);
    return done;
}

static DWORD WINAPI from_socket(void *argument)
{
    struct pair *pair = argument;
    char bytes[65536];
    int got;
    while ((got = recv(pair->socket, bytes, sizeof bytes, 0)) > 0) {
        DWORD at = 0, count;
        while (at < (DWORD)got && move(pair->pipe, bytes + at, got - at, FALSE, &count))
            at += count;
    }
    /* What was written is read before the pipe is gone. */
    FlushFileBuffers(pair->pipe);
    DisconnectNamedPipe(pair->pipe);
    return 0;
}

static DWORD WINAPI attend(void *argument)
{
    struct pair pair = {argument, socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in address = {0};
    char bytes[65536];
    DWORD count;
    HANDLE other;
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(pair.socket, (struct sockaddr *)&address, sizeof address) == 0) {
        other = CreateThread(NULL, 0, from_socket, &pair, 0, NULL);
        while (move(pair.pipe, bytes, sizeof bytes, TRUE, &count))
            send(pair.socket, bytes, count, 0);
        shutdown(pair.socket, SD_BOTH);
        WaitForSingleObject(other, INFINITE);
    }
    closesocket(pair.socket);
    CloseHandle(pair.pipe);
    return 0;
}

static void tell(DWORD state)
{
    SERVICE_STATUS status = {SERVICE_WIN32_OWN_PROCESS, state, SERVICE_ACCEPT_STOP};
    SetServiceStatus(status_handle, &status);
}

static DWORD WINAPI control(DWORD code, DWORD event, void *data, void *context)
{
    (void)event, (void)data, (void)context;
    if (code == SERVICE_CONTROL_STOP) {
        tell(SERVICE_STOPPED);
        ExitProcess(0);
    }
    return NO_ERROR;
}

static void WINAPI serve(DWORD count, char **words)
{
    SECURITY_ATTRIBUTES security = {sizeof security, NULL, FALSE};
    WSADATA sockets;
    (void)count, (void)words;
    status_handle = RegisterServiceCtrlHandlerExA(SERVICE, control, NULL);
    WSAStartup(MAKEWORD(2, 2), &sockets);
    ConvertStringSecurityDescriptorToSecurityDescriptorW(ACCESS, SDDL_REVISION_1, &security.lpSecurityDescriptor, NULL);
    for (BOOL first = TRUE;; first = FALSE) {
        OVERLAPPED overlapped = {0};
        DWORD moved;
        HANDLE pipe = CreateNamedPipeW(NAME, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE | PIPE_WAIT,
                                       PIPE_UNLIMITED_INSTANCES, 65536, 65536, 0, &security);
        if (pipe == INVALID_HANDLE_VALUE)
            ExitProcess(2);
        if (first)
            tell(SERVICE_RUNNING);
        overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (ConnectNamedPipe(pipe, &overlapped) || GetLastError() == ERROR_PIPE_CONNECTED
            || (GetLastError() == ERROR_IO_PENDING && GetOverlappedResult(pipe, &overlapped, &moved, TRUE)))
            CloseHandle(CreateThread(NULL, 0, attend, pipe, 0, NULL));
        else
            CloseHandle(pipe);
        CloseHandle(overlapped.hEvent);
    }
}

static int install(const char *number)
{
    char self[MAX_PATH], command[MAX_PATH + 16];
    SERVICE_STATUS status = {0};
    SC_HANDLE manager = OpenSCManagerA(NULL, NULL, SC_MANAGER_ALL_ACCESS), service;
    GetModuleFileNameA(NULL, self, sizeof self);
    snprintf(command, sizeof command, "%s %s", self, number);
    service = CreateServiceA(manager, SERVICE, SERVICE, SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                             SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, command, NULL, NULL, NULL, NULL, NULL);
    if (!service || !StartServiceA(service, 0, NULL)) {
        fprintf(stderr, "no service: %lu\n", GetLastError());
        return 1;
    }
    for (int tries = 0; tries < 500 && status.dwCurrentState != SERVICE_RUNNING; tries++) {
        Sleep(20);
        QueryServiceStatus(service, &status);
    }
    if (status.dwCurrentState != SERVICE_RUNNING)
        return 1;
    puts("serving");
    fflush(stdout);
    /* Wine ends its services with the last ordinary program: this is one, until its input ends. */
    while (getchar() != EOF)
        ;
    return 0;
}

int main(int count, char **words)
{
    SERVICE_TABLE_ENTRYA table[] = {{SERVICE, serve}, {NULL, NULL}};
    if (count == 3 && strcmp(words[1], "install") == 0)
        return install(words[2]);
    if (count != 2)
        return 1;
    port = (unsigned short)atoi(words[1]);
    return !StartServiceCtrlDispatcherA(table);
}
