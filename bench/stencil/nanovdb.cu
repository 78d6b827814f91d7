// A 7-point Laplacian over an index grid of active voxels by NanoVDB's own headers (Debian: libnanovdb-dev), one voxel a
// thread: a rival of the stencil benchmark. Takes a file with an index grid of whole leaves, as Halocline makes it, and its
// number of voxels an edge. Prints one JSON object a line.
//   nvcc -O3 -arch=native -I /usr/include nanovdb.cu -o nanovdb && ./nanovdb GRID EDGE
#include <cstdio>
#include <cstdlib>
#include <vector>
#include <cuda_runtime.h>
#include <nanovdb/NanoVDB.h>

using Grid = nanovdb::NanoGrid<nanovdb::ValueIndex>;
using Leaf = nanovdb::NanoLeaf<nanovdb::ValueIndex>;

static void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}

__global__ void fill(float* values, long count) {
  long i = blockIdx.x * (long)blockDim.x + threadIdx.x;
  if (i < count) values[i] = i == 0 ? 0 : 0.05f + 1e-4f * ((i * 2654435761u >> 16) & 255) / 255.f;
}

// Every read through an accessor, which remembers the nodes of the last.
__global__ void byAccessor(const Grid* grid, const float* __restrict__ a, float* __restrict__ b) {
  const Leaf& leaf = grid->tree().getFirstLeaf()[blockIdx.x];
  auto read = grid->getAccessor();
  nanovdb::Coord at = leaf.offsetToGlobalCoord(threadIdx.x);
  float sum = a[read.getValue(at.offsetBy(1, 0, 0))] + a[read.getValue(at.offsetBy(-1, 0, 0))] +
              a[read.getValue(at.offsetBy(0, 1, 0))] + a[read.getValue(at.offsetBy(0, -1, 0))] +
              a[read.getValue(at.offsetBy(0, 0, 1))] + a[read.getValue(at.offsetBy(0, 0, -1))];
  unsigned long long own = leaf.getValue(threadIdx.x);
  b[own] = sum - 6 * a[own];
}

__device__ inline unsigned long long near(const Grid* grid, const Leaf& leaf, nanovdb::Coord at, int x, int y, int z) {
  int i = (at[0] & 7) + x, j = (at[1] & 7) + y, k = (at[2] & 7) + z;
  if (((i | j | k) & ~7) == 0) return leaf.getValue(i << 6 | j << 3 | k);
  return grid->tree().getValue(at.offsetBy(x, y, z));
}

// What is within the leaf is read from it, and the tree is walked for the rest.
__global__ void byLeaf(const Grid* grid, const float* __restrict__ a, float* __restrict__ b) {
  const Leaf& leaf = grid->tree().getFirstLeaf()[blockIdx.x];
  nanovdb::Coord at = leaf.offsetToGlobalCoord(threadIdx.x);
  float sum = a[near(grid, leaf, at, 1, 0, 0)] + a[near(grid, leaf, at, -1, 0, 0)] + a[near(grid, leaf, at, 0, 1, 0)] +
              a[near(grid, leaf, at, 0, -1, 0)] + a[near(grid, leaf, at, 0, 0, 1)] + a[near(grid, leaf, at, 0, 0, -1)];
  unsigned long long own = leaf.getValue(threadIdx.x);
  b[own] = sum - 6 * a[own];
}

template <class Launch>
static double seconds(Launch launch) {
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "event");
  check(cudaEventCreate(&end), "event");
  launch();
  float best = 1e30f;
  for (int run = 0; run < 3; run++) {
    check(cudaEventRecord(begin), "record");
    for (int pass = 0; pass < 10; pass++) launch();
    check(cudaEventRecord(end), "record");
    check(cudaEventSynchronize(end), "synchronize");
    float milliseconds;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "elapsed");
    best = milliseconds < best ? milliseconds : best;
  }
  check(cudaGetLastError(), "launch");
  return best * 1e-3 / 10;
}

int main(int count, char** words) {
  if (count < 3) return 2;
  std::FILE* file = std::fopen(words[1], "rb");
  if (!file) return 2;
  std::fseek(file, 0, SEEK_END);
  std::vector<char> storage(std::ftell(file) + 64);
  char* bytes = storage.data() + (64 - (size_t)storage.data() % 64) % 64;
  size_t length = storage.size() - 64;
  std::rewind(file);
  if (std::fread(bytes, 1, length, file) != length) return 2;
  std::fclose(file);
  Grid* host = reinterpret_cast<Grid*>(bytes);
  const int edge = std::atoi(words[2]);
  const unsigned leaves = host->tree().nodeCount(0);
  // These headers keep the number of a leaf's first active voxel eight bytes further on, and a flag that only those count.
  char* first = (char*)host->tree().getFirstLeaf();
  for (unsigned leaf = 0; leaf < leaves; leaf++) {
    char* at = first + leaf * sizeof(Leaf);
    at[15] |= 16;
    *(unsigned long long*)(at + 88) = 1 + 512ull * leaf;
  }
  void* device;
  check(cudaMalloc(&device, length), "malloc");
  check(cudaMemcpy(device, bytes, length, cudaMemcpyHostToDevice), "copy");
  const Grid* grid = (const Grid*)device;
  const long values = 1 + 512l * leaves;
  float *a, *b;
  check(cudaMalloc(&a, values * 4), "malloc");
  check(cudaMalloc(&b, values * 4), "malloc");
  fill<<<(values + 255) / 256, 256>>>(a, values);
  auto tell = [&](const char* way, double each) {
    std::printf("{\"name\":\"laplacian\",\"edge\":%d,\"way\":\"%s\",\"voxelsPerSecond\":%.6g}\n", edge, way, 512.0 * leaves / each);
  };
  tell("accessor", seconds([&] { byAccessor<<<leaves, 512>>>(grid, a, b); }));
  tell("leaf first", seconds([&] { byLeaf<<<leaves, 512>>>(grid, a, b); }));
}
