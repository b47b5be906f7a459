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
    let made = BERT4Rec(network, itemCount: itemCount)
    #expect(Double(made.workspaceFloatCount) == TrainingMemory.workspaceFloats(network, itemCount: itemCount))
    #expect(Double(made.transposedFloatCount) == TrainingMemory.transposedFloats(network, itemCount: itemCount))
    let parameters = TrainingMemory.parameterFloats(network, itemCount: itemCount)
    #expect(Double(made.parameters.buffer.count) <= parameters)
    #expect(Double(made.layout.parameterCount) >= parameters - 15 * Double(16 * network.layerCount + 10))
  }

  @Test func `A network that no machine has room for has a size all the same`() {
    var network = NetworkConfiguration()
    (network.hiddenSize, network.innerSize, network.layerCount) = (65_536, 65_536, 100)
    #expect(TrainingMemory.workspaceFloats(network, itemCount: 1 << 30) > 1e11)
    #expect(TrainingMemory.parameterFloats(network, itemCount: 1 << 30) > 6e13)
  }
}
