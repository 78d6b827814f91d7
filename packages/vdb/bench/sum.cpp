// The C++ side of the benchmark: reads a .nvdb file with NanoVDB's own headers, sums every active voxel of its first grid's
// leaves, and prints the sum and the milliseconds of each run. c++ -O3 -DNANOVDB_USE_BLOSC -DNANOVDB_USE_ZIP sum.cpp -lblosc -lz
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nanovdb/util/IO.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  for (int run = 0; run < std::atoi(argv[2]); ++run) {
    const auto start = std::chrono::steady_clock::now();
    const auto handle = nanovdb::io::readGrid(argv[1]);
    const auto &tree = handle.grid<float>()->tree();
    const auto *leaf = tree.getFirstLeaf();
    double sum = 0;
    for (uint32_t n = 0; n < tree.nodeCount(0); ++n, ++leaf) {
      for (auto on = leaf->valueMask().beginOn(); on; ++on) sum += leaf->getValue(*on);
    }
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    std::printf("%.17g %.3f\n", sum, took.count());
  }
}
