import Literals
import Testing

@testable import Model

@Suite struct KeyTableTests {
  @Test(arguments: KeyTable.rows.map(\.name))
  func `Every row is read`(name: String) {
    let layer = ConfigurationLayer(source: "table", values: [name: .map(["other": .map([:])])])
    do {
      #expect(try !Configuration(layers: [layer]).notes.isEmpty)
    } catch {
      #expect("\(error)".hasPrefix("table: found"), "\(error)")
    }
  }

  @Test func `The words for a range follow from its bounds`() {
    let words = Dictionary(uniqueKeysWithValues: KeyTable.rows.map { ($0.name, $0.type) })
    for (name, type) in [
      ("epochs", "integer ≥ 0"), ("train_batch_size", "integer ≥ 1"), ("eval_step", "integer"),
      ("metric_decimal_place", "integer 0 to 15"), ("learning_rate", "number > 0"), ("weight_decay", "number ≥ 0"),
      ("mask_ratio", "number 0 to 1"), ("attn_dropout_prob", "number from 0 to below 1"),
      ("learner", "adam, adamw, sgd, adagrad or rmsprop"), ("loss_type", "CE or BPR"),
    ] { #expect(words[name] == type) }
  }

  @Test func `A key of another model has no effect, and is not stored`() {
    let key = ConfigurationKey.integer("n_layers", \.network.layerCount, in: 1...9, "Layers.").only(for: [])
    var configuration = Configuration()
    var reader = ConfigurationReader(layers: [ConfigurationLayer(source: "line", values: ["n_layers": .integer(0)])])
    key.read(into: &configuration, from: &reader)
    #expect(reader.problems.isEmpty)
    #expect(reader.notes == ["line: n_layers has no effect here: BERT4Rec does not use it"])
    #expect(key.value(in: configuration) == nil && key.effectiveValue(in: configuration) == nil)
  }

  @Test func `What results do not depend on is no effective value`() {
    var configuration = Configuration()
    configuration.training.weightAverage = 0.99
    configuration.training.precision = .bfloat16
    configuration.training.epochsPerPass = 5
    configuration.network.objective = .causal
    (configuration.evaluation.metrics, configuration.evaluation.tailRatio) = ([.tailPercentage], 3)
    configuration.evaluation.isRepeatable = false
    let idle = KeyTable.keys.filter { $0.effectiveValue(in: configuration) == nil }.map(\.name)
    #expect(idle == ["data_path", "eval_batch_size"])
  }
}
