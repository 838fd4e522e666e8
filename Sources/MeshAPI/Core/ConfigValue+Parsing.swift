extension ConfigValue {
    /// The value of a JSON text, or nil when it isn't JSON.
    public init?(json text: String) {
        var text = text
        let values = text.withUTF8 { bytes in
            var parser = JSONParser(bytes, firstLine: 1)
            return try? parser.readAll()
        }
        guard let values, values.count == 1 else { return nil }
        self = values[0].value
    }
}
