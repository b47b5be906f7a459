import Foundation
import Kernels
import Model
import Testing

/// Numbers printed by the reference program, one file for each loss and activation.
@Suite struct ParityTests {
  static let files = ["ce", "bpr"].flatMap { loss in
    NetworkConfiguration.Activation.allCases.map { "bert4rec_\(loss)_\($0.rawValue)" }
  }

  @Test(arguments: files)
  func `Loss, gradients and scores agree with the reference program`(file: String) throws {
    let reference = try Reference(file)
    let network = reference.network()
    let loss = network.meanLoss(reference.batch.block)
    #expect(abs(loss / reference.loss - 1) < 1e-5)
    for (name, expected) in reference.grads {
      // Keys' biases have a true gradient of 0, so what the reference prints there is rounding.
      let found = network.gradients.row(name).values
      if name.hasSuffix("key.bias") {
        #expect(found.allSatisfy { abs($0) < 1e-6 }, "\(name)")
      } else {
        #expect(agree(found, expected.data, within: 1e-5), "\(name)")
      }
    }
    let scores = network.scores(zip(reference.eval.histories, reference.eval.lengths).map { Array($0.prefix($1)) })
    #expect(agree(scores.flatMap { $0 }, reference.eval.scores.data, within: 1e-5))
  }

  @Test(arguments: files)
  func `Parameters after each step of Adam agree with the reference program`(file: String) throws {
    let reference = try Reference(file)
    let network = reference.network()
    let optimizer = Optimizer(TrainingConfiguration(), layout: network.layout)
    for step in reference.adam.steps {
      let loss = network.meanLoss(reference.batch.block)
      #expect(abs(loss / step.lossBefore - 1) < 1e-5)
      optimizer.update(network.parameters, network.gradients)
      for (name, expected) in step.params where !name.hasSuffix("key.bias") {
        #expect(agree(network.parameters.row(name).values, expected.data, within: 1e-5), "step \(step.step), \(name)")
      }
    }
    #expect(abs(network.meanLoss(reference.batch.block) / reference.adam.lossAfter - 1) < 1e-5)
  }
}

/// A file of the reference program's numbers.
private struct Reference: Decodable {
  struct Tensor: Decodable {
    var shape: [Int]
    var data: [Double]
  }

  struct Configuration: Decodable {
    var layerCount, headCount, hiddenSize, innerSize, maximumLength, itemCount: Int
    var layerNormEpsilon, maskRatio: Double
    var activation, loss: String

    enum CodingKeys: String, CodingKey {
      case layerCount = "n_layers"
      case headCount = "n_heads"
      case hiddenSize = "hidden_size"
      case innerSize = "inner_size"
      case maximumLength = "MAX_ITEM_LIST_LENGTH"
      case itemCount = "n_items"
      case layerNormEpsilon = "layer_norm_eps"
      case maskRatio = "mask_ratio"
      case activation = "hidden_act"
      case loss = "loss_type"
    }
  }

  struct Step: Decodable {
    var step: Int
    var lossBefore: Double
    var params: [String: Tensor]

    enum CodingKeys: String, CodingKey {
      case step, params
      case lossBefore = "loss_before"
    }
  }

  struct AdamSteps: Decodable {
    var steps: [Step]
    var lossAfter: Double

    enum CodingKeys: String, CodingKey {
      case steps
      case lossAfter = "loss_after"
    }
  }

  struct Evaluation: Decodable {
    var histories: [[Int32]]
    var lengths: [Int]
    var scores: Tensor

    enum CodingKeys: String, CodingKey {
      case histories = "item_id_list"
      case lengths = "item_length"
      case scores
    }
  }

  var config: Configuration
  var batch: PaddedBatch
  var params: [String: Tensor]
  var grads: [String: Tensor]
  var loss: Double
  var adam: AdamSteps
  var eval: Evaluation

  init(_ name: String) throws {
    let file = try #require(Bundle.module.url(forResource: "Fixtures/parity/\(name)", withExtension: "json"))
    self = try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }

  /// The network of the file, with its parameters.
  func network() -> BERT4Rec {
    var network = NetworkConfiguration()
    network.layerCount = config.layerCount
    network.headCount = config.headCount
    network.hiddenSize = config.hiddenSize
    network.innerSize = config.innerSize
    network.maximumLength = config.maximumLength
    network.maskRatio = config.maskRatio
    network.layerNormEpsilon = config.layerNormEpsilon
    network.hiddenDropout = 0
    network.attentionDropout = 0
    network.activation = NetworkConfiguration.Activation(rawValue: config.activation) ?? .gelu
    network.loss = NetworkConfiguration.Loss(rawValue: config.loss) ?? .crossEntropy
    let result = BERT4Rec(network, itemCount: config.itemCount)
    for (name, tensor) in params { result.parameters.row(name).copy(from: tensor.data.map { Float($0) }) }
    return result
  }
}
