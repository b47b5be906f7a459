import Model
import Tuner

extension StudyDefinition {
  /// The number of decimal places of the study's metrics; key `metric_decimal_place`.
  var metricDecimalPlaces: Int {
    fixedConfiguration.first { $0.key == "metric_decimal_place" }.flatMap { Int($0.value) }
      ?? EvaluationConfiguration().metricDecimalPlaces
  }
}

extension EvaluationConfiguration {
  /// What is to be said of the ranking that metrics are from; nothing of the usual one.
  var rankingText: String {
    isRepeatable ? "" : ", ranked without items that the user had had before (repeatable=False)"
  }
}
