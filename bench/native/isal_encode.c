/* Encodes 10+4 with ISA-L on one thread and times every call: what the sampling mode of JMH reports.
   As a program it prints the least and the median time of two seconds for 64 KiB and 1 MiB shards:
     gcc -O2 -o isal_encode isal_encode.c -lisal
   As a library it lends its loop to IsalAgainstC, which runs it over the buffers of Java:
     gcc -O2 -shared -fPIC -o libisal_encode.so isal_encode.c -lisal */
#include <isa-l/erasure_code.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { K = 10, M = 4, SAMPLES = 1000000, PAGE = 4096 };

static double samples[SAMPLES];

enum Pages { IN_ORDER, AT_RANDOM };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Times single calls until the seconds or the samples are used up; returns their number. */
int time_encode(int length, unsigned char *tables, unsigned char **rows, double seconds,
                double *samples, int most) {
  int count = 0;
  double start = now();
  for (double end = start; end - start < seconds && count < most; count++) {
    double before = end;
    ec_encode_data(length, K, M, tables, rows, rows + K);
    end = now();
    samples[count] = end - before;
  }
  return count;
}

static void fill(unsigned char **rows, int length, enum Pages pages) {
  int each = length / PAGE, all = (K + M) * each;
  int *order = malloc(all * sizeof *order);
  if (!order) exit(1);
  for (int i = 0; i < all; i++) order[i] = i;
  for (int i = all - 1; pages == AT_RANDOM && i > 0; i--) {
    int j = rand() % (i + 1), page = order[i];
    order[i] = order[j];
    order[j] = page;
  }
  for (int i = 0; i < all; i++) {
    unsigned char *page = rows[order[i] / each] + order[i] % each * PAGE;
    for (int j = 0; j < PAGE; j++) page[j] = (unsigned char)rand();
  }
  free(order);
}

static void measure(int length, enum Pages pages) {
  unsigned char matrix[(K + M) * K], tables[32 * K * M];
  unsigned char *rows[K + M];
  for (int i = 0; i < K + M; i++)
    if (posix_memalign((void **)&rows[i], 64, length)) exit(1);
  fill(rows, length, pages);
  gf_gen_cauchy1_matrix(matrix, K + M, K);
  ec_init_tables(K, M, matrix + K * K, tables);
  int count = time_encode(length, tables, rows, 2, samples, SAMPLES);
  qsort(samples, count, sizeof *samples, compare);
  printf("isa-l in C, 10+4, %7d-byte shards, pages touched %s: min %8.2f us, median %8.2f us (%.2f GB/s of data)\n",
         length, pages == IN_ORDER ? "in order" : "at random", samples[0] * 1e6, samples[count / 2] * 1e6, K * (double)length / samples[count / 2] / 1e9);
  for (int i = 0; i < K + M; i++) free(rows[i]);
}

int main(void) {
  measure(1 << 16, IN_ORDER);
  measure(1 << 20, IN_ORDER);
  measure(1 << 20, AT_RANDOM);
  return 0;
}
