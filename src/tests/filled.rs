//! A form as a page shows it: what a browser would send if nobody touched it.

/// The form of that action, its fields filled in as shown.
#[derive(Clone, Debug)]
pub struct Filled {
    pub fields: Vec<(String, String)>,
}

impl Filled {
    /// The first form of a page that goes there.
    pub fn of(page: &str, action: &str) -> Self {
        Self::each(page, action).into_iter().next().unwrap_or_else(|| panic!("no form goes to {action}: {page}"))
    }

    /// Every form of a page that goes there.
    pub fn each(page: &str, action: &str) -> Vec<Self> {
        let forms = page.split("<form").skip(1).filter_map(|rest| rest.split("</form>").next());
        let forms = forms.filter(|form| attribute(opening(form), "action").as_deref() == Some(action));
        forms.map(Self::read).collect()
    }

    fn read(form: &str) -> Self {
        let mut fields = Vec::new();
        let mut rest = &form[opening(form).len()..];
        while let Some(at) = rest.find('<') {
            rest = &rest[at + 1..];
            let tag = opening(rest);
            let Some(name) = attribute(tag, "name") else { continue };
            let value = match tag.split([' ', '>']).next() {
                Some("input") => {
                    let chosen = !tag.contains("type=\"radio\"") || tag.contains(" checked");
                    chosen.then(|| attribute(tag, "value").unwrap_or_default())
                }
                Some("textarea") => rest[tag.len() + 1..].split("</textarea>").next().map(unescape),
                Some("select") => {
                    let options = rest.split("</select>").next().unwrap_or_default().split("<option").skip(1);
                    let values = options.map(|option| {
                        (opening(option).contains(" selected"), attribute(opening(option), "value").unwrap_or_default())
                    });
                    let values: Vec<_> = values.collect();
                    values.iter().find(|(selected, _)| *selected).or(values.first()).map(|(_, value)| value.clone())
                }
                _ => None,
            };
            fields.extend(value.map(|value| (name, value)));
        }
        Self { fields }
    }

    /// With something else typed into a field.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(key, _)| key != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// What stands in a field.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// As it is sent.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.fields.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
    }
}

/// A page without the marks that the renderer leaves for the program.
pub fn plain(page: &str) -> String {
    page.replace("<!>", "")
}

/// A tag up to its end.
fn opening(text: &str) -> &str {
    text.split('>').next().unwrap_or_default()
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let at = tag.find(&format!(" {name}=\""))? + name.len() + 3;
    tag[at..].split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}
