import Foundation
import Kernels
import Model

/// The small network of the reference's golden numbers: seven classes, histories of five items, two layers of width four.
enum GoldenNetwork {
  static var configuration: NetworkConfiguration {
    var network = NetworkConfiguration()
    network.hiddenSize = 4
    network.innerSize = 6
    network.maximumLength = 5
    network.maskRatio = 0.4
    network.hiddenDropout = 0
    network.attentionDropout = 0
    return network
  }

  static let itemCount = 7

  /// Parameter k, element j: 0.3 · sin(12.9898 · (j + 1) + 78.233 · (k + 1)), gains one more.
  static func make(
    activation: NetworkConfiguration.Activation = .gelu, loss: NetworkConfiguration.Loss = .crossEntropy
  ) -> BERT4Rec {
    var configuration = configuration
    configuration.activation = activation
    configuration.loss = loss
    let network = BERT4Rec(configuration, itemCount: itemCount)
    for (k, name) in names.enumerated() {
      let row = network.parameters.row(name)
      let gain = name.hasSuffix("LayerNorm.weight") || name == "output_ln.weight"
      row.copy(
        from: (0..<row.count).map { j in
          Float(0.3 * sin(12.9898 * Double(j + 1) + 78.233 * Double(k + 1)) + (gain ? 1 : 0))
        })
    }
    network.parametersDidChange()
    return network
  }

  /// The reference's order of the parameters.
  static let names: [String] = {
    var names = ["output_bias", "item_embedding.weight", "position_embedding.weight"]
    for layer in 0..<2 {
      let prefix = "trm_encoder.layer.\(layer)"
      let modules =
        ["query", "key", "value", "dense", "LayerNorm"].map { "multi_head_attention.\($0)" }
        + ["dense_1", "dense_2", "LayerNorm"].map { "feed_forward.\($0)" }
      for module in modules { names += ["\(prefix).\(module).weight", "\(prefix).\(module).bias"] }
    }
    for module in ["LayerNorm", "output_ffn", "output_ln"] { names += ["\(module).weight", "\(module).bias"] }
    return names
  }()

  /// Three masked histories, padded as the reference pads them.
  static let batch = PaddedBatch(
    items: [[1, 7, 3, 7, 0], [7, 5, 0, 0, 0], [4, 2, 6, 1, 7]], labels: [[2, 4], [0, 3], [0, 5]],
    negatives: [[5, 6], [0, 1], [0, 3]], positions: [[1, 3], [0, 0], [0, 4]])
}

/// A masked batch in the reference's form: rows padded with 0, positions padded with 0, which does not count.
struct PaddedBatch: Decodable {
  var items: [[Int32]]
  var labels: [[Int32]]
  var negatives: [[Int32]]
  var positions: [[Int32]]

  enum CodingKeys: String, CodingKey {
    case items = "Mask_item_id_list"
    case labels = "Pos_item_id"
    case negatives = "Neg_item_id"
    case positions = "MASK_INDEX"
  }

  /// The same batch at true lengths, with the targets that count.
  var block: Block {
    var block = Block()
    for (row, items) in items.enumerated() {
      let targets = positions[row].indices.filter { positions[row][$0] > 0 }.map {
        MaskedPosition(place: positions[row][$0], label: labels[row][$0], negative: negatives[row][$0])
      }
      block.append(items.prefix { $0 != 0 }, targets: targets, key: UInt32(row))
    }
    return block
  }
}

extension BERT4Rec {
  /// Clears the gradients, runs the block forward and backward, and returns the mean loss.
  func meanLoss(_ block: Block, _ dropout: Dropout = .none) -> Double {
    gradients.buffer.clear()
    parametersDidChange()
    return (train(block, weight: 1 / Float(block.targetCount), dropout) ?? .nan) / Double(block.targetCount)
  }

  /// The scores of all classes after each history, the reference's way.
  func scores(_ histories: [[Int32]]) -> [[Float]] {
    var block = Block()
    for (row, history) in histories.enumerated() {
      let input = Masking.input(history[...], maskToken: Int32(itemCount))
      block.append(input, targets: [MaskedPosition(place: Int32(input.count - 1), label: 1)], key: UInt32(row))
    }
    parametersDidChange()
    return scores(block)
  }

  /// The scores of all classes at the block's targets.
  func scores(_ block: Block) -> [[Float]] {
    guard let head = forward(block, .none) else { return [] }
    let bias = parameters.row("output_bias").values
    var result = [[Float]](repeating: [], count: head.rows)
    ItemHead(classes: itemCount, hiddenSize: configuration.hiddenSize).forEachTile(ofAll: head, headItems) {
      targets, items, logits in
      for (row, target) in targets.enumerated() {
        result[target] += zip(logits[row].values, bias[items]).map { $0 + $1 }
      }
    }
    return result
  }
}

/// Whether each value is within a share of the largest expected magnitude.
func agree(_ found: [Float], _ expected: [Double], within tolerance: Double) -> Bool {
  guard found.count == expected.count else { return false }
  let size = expected.map(abs).max() ?? 0
  return zip(found, expected).allSatisfy { abs(Double($0) - $1) <= tolerance * max(size, 1e-3) }
}
