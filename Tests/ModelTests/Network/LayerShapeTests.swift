import Testing

@testable import Model

@Suite struct LayerShapeTests {
  private static let shape: LayerShape = {
    var network = NetworkConfiguration()
    (network.hiddenSize, network.innerSize, network.headCount) = (6, 10, 2)
    return LayerShape(network)
  }()

  @Test func `A layer's parameters are as many as the layout has`() {
    let layout = ParameterLayout(Self.shape.groups(layer: 3))
    #expect(layout.entries.count == 16)
    #expect(layout.entries.allSatisfy { $0.name.hasPrefix("trm_encoder.layer.3.") })
    #expect(layout.parameterCount == Self.shape.parameterCount)
    // 4 · 6² + 2 · 6 · 10 weights, 4 · 6 + 10 + 6 biases, two norms of 2 · 6.
    #expect(Self.shape.parameterCount == 264 + 40 + 24)
  }

  @Test func `Stacked parameters are adjacent, and every group starts at a cache line`() {
    let layout = ParameterLayout(Self.shape.groups(layer: 0))
    func offset(_ name: String) -> Int { layout.entry("trm_encoder.layer.0.multi_head_attention.\(name)").offset }
    #expect(["query", "key", "value"].map { offset("\($0).weight") } == [0, 36, 72])
    #expect(["query", "key", "value"].map { offset("\($0).bias") } == [112, 118, 124])
    #expect(offset("dense.weight") == 144)
  }

  @Test func `A layer whose output is needed everywhere is as much work as one with as many targets`() {
    #expect(Self.shape.operations(length: 7, outputs: 7) == 2 * 264 * 7 + 4 * 6 * 7 * 7)
    #expect(Self.shape.operations(length: 7, outputs: 0) == 2 * 72 * 7)
  }
}
