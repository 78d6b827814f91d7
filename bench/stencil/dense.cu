// A 7-point Laplacian and a D3Q19 lattice on dense arrays, as a person writes them in CUDA: the rivals of the stencil
// benchmark. Prints one JSON object a line: the kernel, its launch shape, voxels a second, and the copy of the same process.
//   nvcc -O3 -arch=sm_90 dense.cu -o dense && ./dense
#include <cstdio>
#include <cstdlib>
#include <cuda_runtime.h>

static void check(cudaError_t error, const char* what) {
  if (error == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(error));
  std::exit(1);
}

__global__ void fill(float* values, long count) {
  long i = blockIdx.x * (long)blockDim.x + threadIdx.x;
  if (i < count) values[i] = 0.05f + 1e-4f * ((i * 2654435761u >> 16) & 255) / 255.f;
}

__global__ void copy(const float4* __restrict__ from, float4* __restrict__ to, long count) {
  long i = blockIdx.x * (long)blockDim.x + threadIdx.x;
  if (i < count) to[i] = from[i];
}

// Four voxels a thread, float4 along z.
__global__ void laplacian(const float4* __restrict__ a, float4* __restrict__ b, int n) {
  int m = n / 4, z = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, x = blockIdx.z;
  if (z >= m || y >= n) return;
  long plane = (long)n * m, i = x * plane + (long)y * m + z;
  const float* single = (const float*)a;
  float4 zero = {0, 0, 0, 0}, c = a[i];
  float4 y0 = y > 0 ? a[i - m] : zero, y1 = y < n - 1 ? a[i + m] : zero;
  float4 x0 = x > 0 ? a[i - plane] : zero, x1 = x < n - 1 ? a[i + plane] : zero;
  float z0 = z > 0 ? single[4 * i - 1] : 0, z1 = z < m - 1 ? single[4 * i + 4] : 0;
  float4 r;
  r.x = x0.x + x1.x + y0.x + y1.x + z0 + c.y - 6 * c.x;
  r.y = x0.y + x1.y + y0.y + y1.y + c.x + c.z - 6 * c.y;
  r.z = x0.z + x1.z + y0.z + y1.z + c.y + c.w - 6 * c.z;
  r.w = x0.w + x1.w + y0.w + y1.w + c.z + z1 - 6 * c.w;
  b[i] = r;
}

// Two buffers, pull, BGK, one voxel a thread, periodic.
__global__ void lattice(const float* __restrict__ f, float* __restrict__ g, int n, float omega) {
  const int X[19] = {0, 1, -1, 0, 0, 0, 0, 1, -1, 1, -1, 1, -1, 1, -1, 0, 0, 0, 0};
  const int Y[19] = {0, 0, 0, 1, -1, 0, 0, 1, -1, -1, 1, 0, 0, 0, 0, 1, -1, 1, -1};
  const int Z[19] = {0, 0, 0, 0, 0, 1, -1, 0, 0, 0, 0, 1, -1, -1, 1, 1, -1, -1, 1};
  int z = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y, x = blockIdx.z;
  if (z >= n) return;
  long count = (long)n * n * n;
  float h[19], rho = 0, u = 0, v = 0, w = 0;
#pragma unroll
  for (int q = 0; q < 19; q++) {
    int a = x - X[q], b = y - Y[q], c = z - Z[q];
    a += a < 0 ? n : 0, a -= a >= n ? n : 0;
    b += b < 0 ? n : 0, b -= b >= n ? n : 0;
    c += c < 0 ? n : 0, c -= c >= n ? n : 0;
    h[q] = f[q * count + ((long)a * n + b) * n + c];
    rho += h[q], u += X[q] * h[q], v += Y[q] * h[q], w += Z[q] * h[q];
  }
  u /= rho, v /= rho, w /= rho;
  float rest = 1 - 1.5f * (u * u + v * v + w * w);
  long i = ((long)x * n + y) * n + z;
#pragma unroll
  for (int q = 0; q < 19; q++) {
    float along = X[q] * u + Y[q] * v + Z[q] * w, weight = q == 0 ? 1 / 3.f : q < 7 ? 1 / 18.f : 1 / 36.f;
    g[q * count + i] = h[q] + omega * (weight * rho * (rest + (3 + 4.5f * along) * along) - h[q]);
  }
}

// Seconds of one launch: the least of five times twenty.
template <class Launch>
static double seconds(Launch launch) {
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "event");
  check(cudaEventCreate(&end), "event");
  launch();
  float best = 1e30f;
  for (int run = 0; run < 5; run++) {
    check(cudaEventRecord(begin), "record");
    for (int pass = 0; pass < 20; pass++) launch();
    check(cudaEventRecord(end), "record");
    check(cudaEventSynchronize(end), "synchronize");
    float milliseconds;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "elapsed");
    best = milliseconds < best ? milliseconds : best;
  }
  check(cudaGetLastError(), "launch");
  return best * 1e-3 / 20;
}

static void tell(const char* name, int n, dim3 block, double each) {
  double voxels = (double)n * n * n;
  std::printf("{\"name\":\"%s\",\"edge\":%d,\"block\":\"%ux%u\",\"voxelsPerSecond\":%.6g}\n", name, n, block.x, block.y, voxels / each);
}

int main() {
  const int n = 512;
  const long count = (long)n * n * n;
  float *a, *b;
  check(cudaMalloc(&a, count * 4), "malloc");
  check(cudaMalloc(&b, count * 4), "malloc");
  fill<<<(count + 255) / 256, 256>>>(a, count);
  tell("copy", n, dim3(256), seconds([&] { copy<<<(count / 4 + 255) / 256, 256>>>((float4*)a, (float4*)b, count / 4); }));
  for (dim3 block : {dim3(32, 4), dim3(64, 4), dim3(32, 8), dim3(128, 2)})
    tell("laplacian", n, block, seconds([&] {
           laplacian<<<dim3((n / 4 + block.x - 1) / block.x, (n + block.y - 1) / block.y, n), block>>>((float4*)a, (float4*)b, n);
         }));
  cudaFree(a), cudaFree(b);
  for (int edge : {256, 512}) {
    const long cells = (long)edge * edge * edge;
    check(cudaMalloc(&a, cells * 19 * 4), "malloc");
    check(cudaMalloc(&b, cells * 19 * 4), "malloc");
    fill<<<(cells * 19 + 255) / 256, 256>>>(a, cells * 19);
    for (int threads : {64, 128, 256})
      tell("lattice", edge, dim3(threads), seconds([&] {
             lattice<<<dim3((edge + threads - 1) / threads, edge, edge), threads>>>(a, b, edge, 1.2f);
           }));
    cudaFree(a), cudaFree(b);
  }
}
