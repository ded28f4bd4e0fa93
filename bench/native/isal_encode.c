/* Encodes 10+4 with ISA-L on one thread, times every call for two seconds, and prints the least and
   the median time for 64 KiB and 1 MiB shards: what the sampling mode of JMH reports.
   Build: gcc -O2 -o isal_encode isal_encode.c -lisal */
#include <isa-l/erasure_code.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { K = 10, M = 4, SAMPLES = 1000000 };

static double samples[SAMPLES];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
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
  int count = 0;
  double start = now();
  for (double end = start; end - start < 2 && count < SAMPLES; count++) {
    double before = end;
    ec_encode_data(length, K, M, tables, rows, rows + K);
    end = now();
    samples[count] = end - before;
  }
  qsort(samples, count, sizeof *samples, compare);
  printf("isa-l in C, 10+4, %7d-byte shards: min %8.2f us, median %8.2f us (%.2f GB/s of data)\n", length,
         samples[0] * 1e6, samples[count / 2] * 1e6, K * (double)length / samples[count / 2] / 1e9);
  for (int i = 0; i < K + M; i++) free(rows[i]);
}

int main(void) {
  measure(1 << 16);
  measure(1 << 20);
  return 0;
}
