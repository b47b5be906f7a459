import Foundation
import Kernels
import Model
import Testing

/// The numbers of the reference's worked example, printed there in 64 bits.
@Suite struct GoldenTests {
  @Test func `The small network has 403 parameters`() {
    #expect(GoldenNetwork.make().layout.parameterCount == 403)
  }

  @Test func `At the documented defaults ML-100K needs 217,043 parameters`() {
    #expect(ParameterLayout(NetworkConfiguration(), itemCount: 1683).parameterCount == 217_043)
  }

  @Test func `The head's output at the targets is the reference's`() throws {
    let network = GoldenNetwork.make()
    let head = try #require(network.forward(GoldenNetwork.batch.block, .none))
    #expect(agree(head[0].values, [-1.27925730, -1.48202338, 1.35972852, 0.58504655], within: 1e-6))
    #expect(agree(head[2].values, [-1.25721785, -1.43689060, 1.51344140, 0.36571516], within: 1e-6))
  }

  @Test func `Logits are the reference's`() {
    let rows = GoldenNetwork.make().scores(GoldenNetwork.batch.block)
    let expected = [
      [0.33872072, -0.60064416, -0.51051268, 0.21622894, -0.15262642, -0.78166118, -0.14481388],
      [0.35173068, -0.61617340, -0.51971451, 0.23401469, -0.14778609, -0.80063389, -0.14500165],
      [0.31071623, -0.57221888, -0.48947875, 0.18264564, -0.16542493, -0.74493938, -0.14102043],
    ]
    for (row, values) in rows.enumerated() { #expect(agree(values, expected[row], within: 1e-6)) }
  }

  @Test(arguments: [
    (NetworkConfiguration.Activation.gelu, 2.25413726, 0.84070626), (.relu, 2.26046539, 0.84449331),
    (.swish, 2.25293050, 0.84004372), (.tanh, 2.25749519, 0.84322364), (.sigmoid, 2.27889586, 0.85858156),
  ])
  func `Losses are the reference's`(
    activation: NetworkConfiguration.Activation, crossEntropy: Double, pairwise: Double
  ) {
    let block = GoldenNetwork.batch.block
    let first = GoldenNetwork.make(activation: activation).meanLoss(block)
    let second = GoldenNetwork.make(activation: activation, loss: .pairwise).meanLoss(block)
    #expect(abs(first / crossEntropy - 1) < 1e-6)
    #expect(abs(second / pairwise - 1) < 1e-6)
  }

  @Test func `Gradients are the reference's`() {
    let network = GoldenNetwork.make()
    _ = network.meanLoss(GoldenNetwork.batch.block)
    let items = network.gradients.row("item_embedding.weight").values
    let places = network.gradients.row("position_embedding.weight").values
    #expect(agree(Array(items[0..<4]), [-0.29762136, -0.34542640, 0.32198114, 0.12999991], within: 1e-5))
    #expect(agree(Array(items[20..<24]), [0.32093785, 0.36512293, -0.39795603, -0.07947007], within: 1e-5))
    #expect(agree(Array(items[28..<32]), [-0.46241308, 0.14939450, 0.23861257, 0.07440601], within: 1e-5))
    #expect(agree(Array(places[0..<4]), [-0.00085938, 0.00066639, 0.00045310, -0.00026010], within: 1e-5))
    #expect(agree(Array(places[16..<20]), [-0.43891295, 0.12944914, 0.22377475, 0.08568906], within: 1e-5))
    let bias = [0.23396391, 0.09232135, -0.23235139, 0.20694831, -0.18986856, -0.25616416, 0.14515054]
    #expect(agree(network.gradients.row("output_bias").values, bias, within: 1e-5))
    #expect(abs(norm(network.gradients.buffer.all) / 2.05975270 - 1) < 1e-5)
  }

  @Test func `Scores after a history are the reference's`() {
    let scores = GoldenNetwork.make().scores([[3, 2, 5], [4], [1, 2, 3, 4, 5]])
    let expected = [
      [0.34768714, -0.61105963, -0.51692498, 0.22821686, -0.14915385, -0.79450065, -0.14513790],
      [0.17633714, -0.41179775, -0.39443874, -0.00108157, -0.21541066, -0.54895448, -0.13909486],
      [0.31014420, -0.57167029, -0.48904125, 0.18198976, -0.16570160, -0.74421565, -0.14092124],
    ]
    for (row, values) in scores.enumerated() { #expect(agree(values, expected[row], within: 1e-6)) }
  }

  /// An optimizer's settings and the loss before each of four updates.
  struct Path: Sendable, CustomTestStringConvertible {
    var optimizer: TrainingConfiguration.Optimizer
    var rate: Double
    var decay = 0.0
    var clip: Double?
    var loss = NetworkConfiguration.Loss.crossEntropy
    var losses: [Double]

    var testDescription: String { "\(optimizer), \(loss), rate \(rate), decay \(decay), clip \(clip ?? .infinity)" }
  }

  static let paths = [
    Path(optimizer: .adam, rate: 0.01, losses: [2.25413726, 2.11251554, 2.00093855, 1.85965136]),
    Path(optimizer: .adam, rate: 0.01, decay: 0.1, losses: [2.25413726, 2.11967622, 2.00718371, 1.85651637]),
    Path(optimizer: .adamw, rate: 0.01, decay: 0.1, losses: [2.25413726, 2.11214473, 2.00051925, 1.85953506]),
    Path(optimizer: .sgd, rate: 0.1, losses: [2.25413726, 1.96028403, 1.80374359, 1.58953878]),
    Path(optimizer: .sgd, rate: 0.1, decay: 0.1, losses: [2.25413726, 1.95851852, 1.80620586, 1.60290914]),
    Path(optimizer: .adagrad, rate: 0.05, losses: [2.25413726, 1.84977352, 1.75737376, 1.57501927]),
    Path(optimizer: .rmsprop, rate: 0.01, losses: [2.25413726, 1.67954743, 1.40322955, 1.29322634]),
    Path(optimizer: .sgd, rate: 0.1, clip: 0.5, losses: [2.25413726, 2.15655845, 2.07042442, 1.97045530]),
    Path(optimizer: .adam, rate: 0.01, loss: .pairwise, losses: [0.84070626, 0.74864614, 0.66108588, 0.53136187]),
    Path(
      optimizer: .adam, rate: 0.01, decay: 0.1, loss: .pairwise,
      losses: [0.84070626, 0.75208277, 0.67037675, 0.54661603]),
  ]

  @Test(arguments: paths)
  func `Each optimizer's losses follow the reference's`(path: Path) {
    let network = GoldenNetwork.make(loss: path.loss)
    var training = TrainingConfiguration()
    training.optimizer = path.optimizer
    training.learningRate = path.rate
    training.weightDecay = path.decay
    training.maximumGradientNorm = path.clip
    let optimizer = Optimizer(training, layout: network.layout)
    for expected in path.losses {
      let loss = network.meanLoss(GoldenNetwork.batch.block)
      #expect(abs(loss / expected - 1) < 1e-5, "found \(loss), expected \(expected)")
      optimizer.update(network.parameters, network.gradients)
    }
  }

  @Test func `The pairwise loss without decay leaves the padding row alone`() {
    let network = GoldenNetwork.make(loss: .pairwise)
    let before = Array(network.parameters.row("item_embedding.weight").values[0..<4])
    let optimizer = Optimizer(TrainingConfiguration(), layout: network.layout)
    for _ in 0..<4 {
      _ = network.meanLoss(GoldenNetwork.batch.block)
      optimizer.update(network.parameters, network.gradients)
    }
    #expect(Array(network.parameters.row("item_embedding.weight").values[0..<4]) == before)
  }
}
