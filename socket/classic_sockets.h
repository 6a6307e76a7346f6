#ifndef FORCEWIRE_SOCKET_CLASSIC_SOCKETS_H
#define FORCEWIRE_SOCKET_CLASSIC_SOCKETS_H

/*
 * The functions of the `sockets.c` that many simulation programs carry to talk to i-PI, with the
 * same names and signatures, so that a C or Fortran program links this library in its place.
 *
 * What is better here: a read or write is whole or an error, never short; end of file is an error,
 * never garbage; writing to a server that has gone is an error, never SIGPIPE; host names resolve
 * to IPv6 too; and opening waits up to a minute for a server that starts late.
 *
 * None of these functions can return an error. When one fails it prints one line on standard error
 * and ends the process with the status of the forcewire program:
 *
 *     2  wrong arguments (no such port, a negative length)
 *     3  no connection
 *     4  the server closed or reset the connection
 *    70  the operating system refused (a descriptor that is no socket, no shared memory)
 *
 * unless the program has installed a handler of its own.
 */

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Opens a connection to a server.
 *
 * @param psockfd set to the descriptor; -1 when the connection failed and a handler returned
 * @param inet 1 for TCP, 0 for a UNIX socket
 * @param port TCP port; not looked at for a UNIX socket
 * @param host name or address of the host, or name of the UNIX socket
 * @param sockets_prefix what the path of a UNIX socket begins with: usually "/tmp/ipi_"
 */
void open_socket(int* psockfd, int* inet, int* port, const char* host, const char* sockets_prefix);

/** Sends all `*plen` bytes of `data`. */
void writebuffer(int* psockfd, const char* data, int* plen);

/** Fills all `*plen` bytes of `data`, however many pieces they come in. */
void readbuffer(int* psockfd, char* data, int* plen);

/** Sleeps, whatever signals arrive. */
void c_sleep(double seconds);

/** Maps the POSIX shared memory that a server has made under `name` (without the leading slash).
 *  @return NULL when that failed and a handler returned */
void* shm_map(const char* name, long nbytes);

/** Takes back what `shm_map` has mapped. */
void shm_unmap(void* ptr, long nbytes);

/*
 * For Fortran, without any interface: CALL open_socket(socket, inet, port, host) and
 * CALL readbuffer(socket, x, 8*size(x)) arrive here.
 *
 * `host_length` is the length that a Fortran compiler passes unseen with a character argument; host
 * ends there or at the first NUL, and blanks at its end do not count. UNIX sockets have the prefix
 * "/tmp/ipi_". Data may be an array or a character variable: the length that comes with the latter
 * is not looked at, `*len` is the number of bytes.
 */
void open_socket_(int* sockfd, int* inet, int* port, const char* host, size_t host_length);
void writebuffer_(int* sockfd, const char* data, int* len);
void readbuffer_(int* sockfd, char* data, int* len);

/** Called with an exit status from the list above and one line of text when a function fails. */
typedef void (*forcewire_sockets_error_handler)(int status, const char* message);

/**
 * Installs a handler in place of the one that prints and exits; NULL brings that one back. When a
 * handler returns, the failed function returns too: its data are not to be used.
 */
void forcewire_sockets_set_error_handler(forcewire_sockets_error_handler handler);

#ifdef __cplusplus
}
#endif

#endif
