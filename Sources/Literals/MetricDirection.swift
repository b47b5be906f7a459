/// Whether smaller values of a metric are better; of all others, larger ones are.
///
/// This is the one place that says so.
///
/// - Parameter name: A name such as `giniindex@10`, with or without a split before it.
public func isSmallerBetter(_ name: String) -> Bool {
  let kind = name.prefix { $0 != "@" }.split(separator: ".").last ?? ""
  return ["averagepopularity", "giniindex"].contains(kind)
}
