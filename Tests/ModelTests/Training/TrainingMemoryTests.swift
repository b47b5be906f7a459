import Kernels
import Testing

@testable import Model

@Suite struct TrainingMemoryTests {
  private static let networks: [NetworkConfiguration] = {
    func network(hidden: Int, inner: Int, layers: Int, heads: Int, longest: Int) -> NetworkConfiguration {
      var network = NetworkConfiguration()
      network.hiddenSize = hidden
      network.innerSize = inner
      network.layerCount = layers
      network.headCount = heads
      network.maximumLength = longest
      return network
    }
    return [
      NetworkConfiguration(), network(hidden: 96, inner: 100, layers: 3, heads: 4, longest: 75),
      network(hidden: 8, inner: 24, layers: 1, heads: 2, longest: 300),
    ]
  }()

  @Test(arguments: networks, [100, 1683, 4096, 4097, 20_000])
  func `What a network allocates is what was computed before`(network: NetworkConfiguration, itemCount: Int) {
    for precision in TrainingConfiguration.Precision.allCases {
      expectAllocated(network, itemCount: itemCount, precision)
    }
  }

  private func expectAllocated(
    _ network: NetworkConfiguration, itemCount: Int, _ precision: TrainingConfiguration.Precision
  ) {
    let made = BERT4Rec(network, itemCount: itemCount, precision: precision)
    let shape = BERT4RecShape(network, itemCount: itemCount, precision: precision)
    #expect(made.workspaceFloatCount == Workspace.floatCount(shape))
    #expect(made.copiesFloatCount == WeightCopies.floatCount(shape))
    let parameters = TrainingMemory.parameterFloats(shape)
    #expect(Double(made.parameters.buffer.count) <= parameters)
    #expect(Double(made.layout.parameterCount) == parameters - 15 * Double(16 * network.layerCount + 10))
  }

  /// The numbers of floats come from formulas of their own, buffer by buffer.
  @Test(arguments: [(0, 1683, 875_072, 210_944), (1, 20_000, 16_616_912, 177_408), (2, 1683, 361_452, 14_272)])
  func `Workspace and transposed weights have their known sizes`(
    network: Int, itemCount: Int, workspace: Int, transposed: Int
  ) {
    let shape = BERT4RecShape(Self.networks[network], itemCount: itemCount)
    #expect(Workspace.floatCount(shape) == workspace)
    #expect(WeightCopies.floatCount(shape) == transposed)
  }

  /// In floats, with rows that are no multiple of 1 KiB apart: pairs of the weights as they are and transposed, and room for two operands of
  /// 256 targets and the inner width.
  @Test func `Training in BF16 takes memory for pairs`() throws {
    let shapes = TrainingConfiguration.Precision.allCases.map {
      BERT4RecShape(NetworkConfiguration(), itemCount: 1683, precision: $0)
    }
    let copies = shapes.map { WeightCopies.floatCount($0) }
    let layer = (64 * 192 + 64 * 64 + 2 * 64 * 256) + 2 * 32 * 16
    #expect(copies[1] - copies[0] == 2 * layer + 64 * 64 + 32 * 1696 + 842 * 64)
    let workspaces = shapes.map { Workspace.floatCount($0) }
    #expect(workspaces[1] - workspaces[0] == 2 * 128 * 272)
  }

  @Test func `A network that no machine has room for has a size all the same`() {
    var network = NetworkConfiguration()
    (network.hiddenSize, network.innerSize, network.layerCount) = (65_536, 65_536, 100)
    let shape = BERT4RecShape(network, itemCount: 1 << 30)
    #expect(Double(Workspace.floatCount(shape)) > 1e11)
    #expect(TrainingMemory.parameterFloats(shape) > 6e13)
  }

  @Test func `Metrics over lists take memory for counts, and others none`() {
    let dataset = TrainerTests.dataset()
    func memory(_ metrics: [RankingMetric], isRepeatable: Bool = true) -> TrainingMemory {
      let configuration = TrainerTests.configuration {
        ($0.evaluation.metrics, $0.evaluation.cutoffs) = (metrics, [5, 10])
        $0.evaluation.isRepeatable = isRepeatable
      }
      return TrainingMemory(configuration, dataset, keepsCheckpoints: false)
    }
    let (plain, lists) = (memory([.ndcg]), memory([.ndcg, .giniIndex]))
    #expect(plain == memory([.ndcg, .gauc]))
    #expect(memory([.ndcg], isRepeatable: false).bytes < memory([.ndcg, .gauc], isRepeatable: false).bytes)
    // The counts of both splits at two cut-offs, and those that each thread collects.
    #expect(lists.bytes - plain.bytes >= Double(2 * 2 * 8 * dataset.itemCount))
    #expect(lists.bytesPerThread - plain.bytesPerThread >= Double(2 * 8 * dataset.itemCount))
  }
}
