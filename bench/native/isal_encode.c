/* Encodes 10+4 with ISA-L on one thread and prints the rate for 64 KiB and 1 MiB shards.
   Build: gcc -O2 -o isal_encode isal_encode.c -lisal */
#include <isa-l/erasure_code.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { K = 10, M = 4 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void measure(int length) {
  unsigned char matrix[(K + M) * K], tables[32 * K * M];
  unsigned char *rows[K + M];
  for (int i = 0; i < K + M; i++) {
    if (posix_memalign((void **)&rows[i], 64, length)) exit(1);
    for (int j = 0; j < length; j++) rows[i][j] = (unsigned char)rand();
  }
  gf_gen_cauchy1_matrix(matrix, K + M, K);
  ec_init_tables(K, M, matrix + K * K, tables);
  double best = 1e9;
  for (int round = 0; round < 20; round++) {
    int calls = (int)(200e6 / ((double)K * length)) + 1;
    double start = now();
    for (int i = 0; i < calls; i++) ec_encode_data(length, K, M, tables, rows, rows + K);
    double time = (now() - start) / calls;
    if (time < best) best = time;
  }
  printf("isa-l in C, 10+4, %7d-byte shards: %8.2f us, %.2f GB/s of data\n", length, best * 1e6,
         K * (double)length / best / 1e9);
  for (int i = 0; i < K + M; i++) free(rows[i]);
}

int main(void) {
  measure(1 << 16);
  measure(1 << 20);
  return 0;
}
