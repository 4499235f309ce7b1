#include "gemm_peak.h"

#include <omp.h>

#include <algorithm>
#include <barrier>
#include <chrono>
#include <dnnl.hpp>
#include <thread>
#include <vector>

namespace toccata::bench {
namespace {

using dnnl::memory;

/// One thread's product, over and over. oneDNN's own threads are held at one.
class Product {
 public:
  Product(GemmType type, int size) : engine_(dnnl::engine::kind::cpu, 0), stream_(engine_) {
    const auto operand = type == GemmType::bf16 ? memory::data_type::bf16 : memory::data_type::f32;
    const memory::dims shape = {size, size};
    const memory::desc any(shape, operand, memory::format_tag::any);
    const memory::desc sum(shape, memory::data_type::f32, memory::format_tag::ab);
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(any, any, sum), engine_);
    product_ = dnnl::matmul(description);
    a_ = memory(description.src_desc(), engine_);
    b_ = memory(description.weights_desc(), engine_);
    c_ = memory(description.dst_desc(), engine_);
    fill(a_, type);
    fill(b_, type);
  }
  void run() {
    product_.execute(stream_, {{DNNL_ARG_SRC, a_}, {DNNL_ARG_WEIGHTS, b_}, {DNNL_ARG_DST, c_}});
    stream_.wait();
  }

 private:
  static void fill(memory& m, GemmType type) {
    const std::size_t bytes = m.get_desc().get_size();
    if (type == GemmType::f32) {
      auto* values = static_cast<float*>(m.get_data_handle());
      for (std::size_t i = 0; i < bytes / 4; ++i)
        values[i] = 0.5f + static_cast<float>(i % 97) / 97;
    } else {
      auto* values = static_cast<std::uint16_t*>(m.get_data_handle());
      for (std::size_t i = 0; i < bytes / 2; ++i)
        values[i] = static_cast<std::uint16_t>(0x3f00 + i % 97);
    }
  }
  dnnl::engine engine_;
  dnnl::stream stream_;
  dnnl::matmul product_;
  memory a_, b_, c_;
};

}  // namespace

double gemm_peak(GemmType type, int threads, int size, int repeats) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> best(static_cast<std::size_t>(repeats), 0);
  std::barrier gate(threads);
  const auto work = [&](int thread) {
    omp_set_num_threads(1);
    Product product(type, size);
    product.run();
    for (double& result : best) {
      gate.arrive_and_wait();
      const auto begun = Clock::now();
      gate.arrive_and_wait();
      product.run();
      gate.arrive_and_wait();
      const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
      if (thread == 0) result = 2.0 * size * size * size * threads / seconds / 1e9;
    }
  };
  {
    std::vector<std::jthread> pool;
    for (int t = 1; t < threads; ++t) pool.emplace_back(work, t);
    work(0);
  }
  return *std::max_element(best.begin(), best.end());
}

}  // namespace toccata::bench
