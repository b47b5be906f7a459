import Literals

// What no single key decides.

extension Configuration {
  /// RecBole's settings for its packaged copy of ML-100K.
  mutating func startFromReferenceSettings(_ reader: inout ConfigurationReader) {
    guard dataset.name == "ml-100k", dataset.timePrecision == .float32 else { return }
    dataset.normalizesAll = true
    dataset.userCountInterval = nil
    dataset.itemCountInterval = nil
    reader.note("ml-100k with time_precision float32 starts from RecBole's own settings for ml-100k")
  }

  /// Checks the names of a predefined split, and lets `normalize_field` win over a default of `normalize_all`.
  mutating func checkFiles(_ reader: inout ConfigurationReader) {
    let files = dataset.benchmarkFiles ?? []
    for file in files {
      guard let problem = DataError.problem(withName: file) else { continue }
      reader.report("benchmark_filename", found: "'\(file)', which \(problem)", expected: "a plain file name")
    }
    if !files.isEmpty, files.count != 3 {
      reader.report(
        "benchmark_filename", found: "\(files.count) names", expected: "three: of the train, valid and test files")
    }
    if reader.has("normalize_field"), !dataset.normalizedFields.isEmpty, dataset.normalizesAll {
      if reader.has("normalize_all") {
        reader.report(
          "normalize_field", found: "both normalize_all and normalize_field", expected: "one of them",
          namesKey: false)
      }
      dataset.normalizesAll = false
    }
  }

  /// The validation metric must be among the measured ones.
  func checkValidationMetric(_ reader: inout ConfigurationReader) {
    let keys = ["valid_metric", "topk", "metrics"]
    let names = evaluation.metricNames
    guard !keys.contains(where: { reader.hasProblem($0) }), !names.contains(evaluation.validationMetric) else { return }
    let metric = reader.writtenText("valid_metric") ?? evaluation.validationMetric
    let nearest = nearestName(to: metric, among: names).map { "\($0) or another" } ?? "one"
    let key = keys.first { reader.has($0) } ?? "valid_metric"
    reader.report(
      key, found: "valid_metric '\(metric)', which is not measured",
      expected: "\(nearest) of \(names.joined(separator: ", ")), which follow from metrics and topk", namesKey: false)
  }

  /// Checks what only several keys together can get wrong, and only if each for itself is right.
  func checkNetwork(_ reader: inout ConfigurationReader) {
    guard reader.problems.isEmpty else { return }
    if !network.hiddenSize.isMultiple(of: network.headCount) {
      reader.report(
        reader.has("n_heads") ? "n_heads" : "hidden_size",
        found: "n_heads \(network.headCount), which does not divide hidden_size \(network.hiddenSize)",
        expected: "a divisor", namesKey: false)
    }
    let layerParameterCount = LayerShape(network).parameterCount * network.layerCount
    if layerParameterCount > 1 << 31 {
      reader.report(
        reader.has("hidden_size") ? "hidden_size" : "inner_size",
        found: "layers of \(layerParameterCount) parameters", expected: "at most \(1 << 31)",
        namesKey: false)
    }
    if network.objective == .causal {
      let plain = NetworkConfiguration()
      let masks = [
        ("mask_ratio", network.maskRatio != plain.maskRatio),
        ("ft_ratio", network.lastItemRatio != plain.lastItemRatio),
      ]
      // Studies and files of weights have the defaults, too.
      for (key, isChosen) in masks where isChosen && reader.has(key) {
        reader.noteWithoutEffect(key, because: "the causal objective masks no items")
      }
    } else if network.maximumLength < 2 {
      reader.report(
        "MAX_ITEM_LIST_LENGTH",
        found: "1, so that every history has one item, and a mask on the first item never counts in the loss",
        expected: "2 or more")
    } else if network.lastItemRatio < 1, (network.maskRatio * Double(network.maximumLength)).rounded(.down) < 1 {
      reader.report(
        reader.has("mask_ratio") ? "mask_ratio" : "MAX_ITEM_LIST_LENGTH",
        found: "mask_ratio \(network.maskRatio) of \(network.maximumLength) items, which is less than one item",
        expected: "mask_ratio · MAX_ITEM_LIST_LENGTH of 1 or more, or ft_ratio 1", namesKey: false)
    }
  }
}
