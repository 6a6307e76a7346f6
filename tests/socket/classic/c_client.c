/*
 * A client as simulation programs in C have it: classic calls, and two-dimensional arrays.
 *
 *     c_client unix|inet HOST-OR-NAME PORT
 *
 * Reads a header, the number of atoms and positions[natoms][3]; sends back a header and
 * forces[natoms][3], in which every element tells where it was and what was received there; and so
 * on until the header EXIT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "socket/classic_sockets.h"

int main(int argc, char** argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: %s unix|inet HOST-OR-NAME PORT\n", argv[0]);
    return 2;
  }
  int inet = strcmp(argv[1], "inet") == 0;
  int port = atoi(argv[3]);
  int fd;
  open_socket(&fd, &inet, &port, argv[2], "/tmp/ipi_");

  for (;;) {
    char header[12];
    int header_length = sizeof header;
    readbuffer(&fd, header, &header_length);
    if (memcmp(header, "EXIT        ", sizeof header) == 0) return 0;

    int natoms;
    int natoms_length = sizeof natoms;
    readbuffer(&fd, (char*)&natoms, &natoms_length);

    int array_length = natoms * 3 * (int)sizeof(double);
    double(*positions)[3] = malloc((size_t)array_length);
    double(*forces)[3] = malloc((size_t)array_length);
    if (positions == NULL || forces == NULL) return 1;
    readbuffer(&fd, (char*)positions, &array_length);

    for (int i = 0; i < natoms; ++i) {
      for (int k = 0; k < 3; ++k) forces[i][k] = 2 * positions[i][k] + 10 * (i + 1) + (k + 1);
    }
    writebuffer(&fd, "FORCEREADY  ", &header_length);
    writebuffer(&fd, (const char*)forces, &array_length);
    free(positions);
    free(forces);
  }
}
