import Literals

extension KeyTable {
  /// Which samples are held out, and what they are ranked against.
  static let split = section(
    .evaluation,
    .custom(
      "eval_args", \.dataset, "map of split, order, group_by, mode",
      "Evaluation setting; split is LS (leave one out): valid_and_test, valid_only or test_only; or RS (by ratio) or TS (by time) "
        + "with shares for training, validation and test, such as {'RS': [0.8, 0.1, 0.1]}.",
      aliases: "eval_setting split_ratio leave_one_num real_time_process split order group_by mode",
      read: { $0.evaluationArguments($1, into: &$2.split, isSplitBeforehand: $2.benchmarkFiles != nil) },
      write: { .map($0.split.values.merging(["order": .text("TO"), "mode": .text("full")]) { $1 }) }),
    .boolean(
      "repeatable", \.evaluation.isRepeatable,
      "Whether items that the user has had are ranked, too; with False, all of them are left out but the held-out item."
    ).absent(where: .boolean(true)).own())

  static let measures = section(
    .evaluation,
    .custom(
      "metrics", \.evaluation.metrics,
      "list of Hit, Recall, Precision, MRR, MAP, NDCG, GAUC, ItemCoverage, AveragePopularity, ShannonEntropy, GiniIndex, "
        + "TailPercentage", "Metrics, in the order of the results.",
      read: { $0.metrics($1, into: &$2) }, write: { .list($0.map { .text($0.rawValue) }) },
      shown: { .list($0.map { .text($0.title) }) }),
    .custom(
      "topk", \.evaluation.cutoffs, "integer ≥ 1 or list of them", "Cut-offs k of the metrics.", aliases: "k top_k",
      read: { $0.cutoffs($1, into: &$2) }, write: { .list($0.map { .integer($0) }) }),
    .custom(
      "valid_metric", \.evaluation.validationMetric, "metric@k, or GAUC",
      "Metric for early stopping and for ranking trials.",
      read: { reader, key, value in
        reader.text(key, into: &value)
        value = value.lowercased()
      }, write: { .text($0) }, shown: { .text($0.uppercased()) }),
    .custom(
      "tail_ratio", \.evaluation, NumberRange.above(0).description,
      "Tail of TailPercentage: the least frequent items, as a share, or, above 1, up to a frequency.",
      read: { $0.tailRatio($1, into: &$2) }, write: { .number($0.tailRatio) }
    ).absent(where: .number(EvaluationConfiguration().tailRatio)))

  static let rounding = section(
    .evaluation,
    .integer(
      "metric_decimal_place", \.evaluation.metricDecimalPlaces, in: 0...15,
      "Decimal places to which results are rounded."),
    .integer(
      "eval_batch_size", \.evaluation.batchSize, in: 1...Int(Int32.max),
      "Evaluation batch size; does not affect results.", aliases: "per_device_eval_batch_size test_batch_size"
    ).effective { _ in nil })
}
