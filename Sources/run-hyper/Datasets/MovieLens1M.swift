extension FetchedDataset {
  /// MovieLens 1M, with all its ratings; its settings choose the 5-core form.
  ///
  /// The counts are those of the ratings themselves: of the 3,883 movies of the archive, 3,706 have ratings.
  ///
  /// Source: Harper and Konstan, *The MovieLens Datasets*, 2015, <https://grouplens.org/datasets/movielens/1m/>.
  static let movieLens1M = FetchedDataset(
    name: "ml-1m", title: "MovieLens 1M", ratings: "1,000,209", size: "6 MB",
    terms: "https://files.grouplens.org/datasets/movielens/ml-1m-README.txt",
    sources: [
      // GroupLens publishes the archive's MD5, c4d9eecfca2ab87c1945afe126590906; the SHA-256 is of the same file.
      Source(
        name: "grouplens.org",
        origin: .archive(
          RatingsArchive(
            address: "https://files.grouplens.org/datasets/movielens/ml-1m.zip",
            hash: "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20", path: "ml-1m/ratings.dat",
            separator: "::")))
    ],
    check: .counts(RatingCounts(ratings: 1_000_209, users: 6040, items: 3706)),
    settings: """
      # Settings of the dataset "ml-1m", in the names of RecBole 1.2.1.
      # They are stronger than the built-in defaults and weaker than --config_files and --KEY=VALUE.

      # The 5-core form that the literature uses: 999,611 ratings of 6,040 users and 3,416 items.
      user_inter_num_interval: "[5,inf)"
      item_inter_num_interval: "[5,inf)"

      """)
}
