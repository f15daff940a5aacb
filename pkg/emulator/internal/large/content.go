package large

import "fmt"

func (m *maker) flows() {
	for i := range m.plan.flows {
		m.xml(fmt.Sprintf("flows/Flow_%d.flow", i+1), "Flow", func() {
			m.leaf(one, "apiVersion", "66.0")
			for n := range 1 + m.rnd.IntN(12) {
				m.group(one, "assignments", func() {
					m.leaf(two, "name", fmt.Sprintf("Step_%d", n+1))
					m.leaf(two, "description", sentence(m.rnd, 5+m.rnd.IntN(40)))
					m.leaf(two, "label", fmt.Sprintf("Step %d", n+1))
				})
			}
			m.leaf(one, "label", fmt.Sprintf("Flow %d", i+1))
			m.leaf(one, "processType", "AutoLaunchedFlow")
			m.leaf(one, "status", []string{"Active", "Draft"}[m.rnd.IntN(2)])
		})
	}
}

// folders writes the files of the folders that hold n members.
func (m *maker) folders(dir, root string, n int) {
	for i := 0; i*perFolder < n; i++ {
		m.xml(fmt.Sprintf("%s/Folder_%d-meta.xml", dir, i+1), root, func() {
			m.leaf(one, "name", fmt.Sprintf("Folder %d", i+1))
		})
	}
}

func (m *maker) reports() {
	m.folders("reports", "ReportFolder", m.plan.reports)
	for i := range m.plan.reports {
		o := m.plan.objects[i%len(m.plan.objects)]
		m.xml(fmt.Sprintf("reports/Folder_%d/Report_%d.report", i/perFolder+1, i+1), "Report", func() {
			for range min(o.fields, 1+m.rnd.IntN(15)) {
				m.group(one, "columns", func() { m.leaf(two, "field", o.name+"."+fieldName(m.rnd.IntN(o.fields))) })
			}
			m.leaf(one, "description", sentence(m.rnd, 1+m.rnd.IntN(30)))
			m.leaf(one, "format", "Tabular")
			m.leaf(one, "name", fmt.Sprintf("Report %d", i+1))
			m.leaf(one, "reportType", "CustomEntity$"+o.name)
		})
	}
}

func (m *maker) mails() {
	m.folders("email", "EmailFolder", m.plan.mails)
	for i := range m.plan.mails {
		path := fmt.Sprintf("email/Folder_%d/Mail_%d.email", i/perFolder+1, i+1)
		m.file(path, func() { m.printf("%s\n", sentence(m.rnd, 20+m.rnd.IntN(400))) })
		m.xml(path+"-meta.xml", "EmailTemplate", func() {
			m.leaf(one, "available", true)
			m.leaf(one, "encodingKey", "UTF-8")
			m.leaf(one, "name", fmt.Sprintf("Mail %d", i+1))
			m.leaf(one, "style", "none")
			m.leaf(one, "subject", sentence(m.rnd, 5))
			m.leaf(one, "type", "text")
		})
	}
}

func (m *maker) labels() {
	if m.plan.labels == 0 {
		return
	}
	m.xml("labels/CustomLabels.labels", "CustomLabels", func() {
		for i := range m.plan.labels {
			m.group(one, "labels", func() {
				m.leaf(two, "fullName", fmt.Sprintf("Label_%d", i+1))
				m.leaf(two, "language", "en_US")
				m.leaf(two, "protected", false)
				m.leaf(two, "shortDescription", fmt.Sprintf("Label %d", i+1))
				m.leaf(two, "value", sentence(m.rnd, 1+m.rnd.IntN(20)))
			})
		}
	})
}

// records are custom metadata, of one type.
func (m *maker) records() {
	if m.plan.records == 0 {
		return
	}
	m.xml("objects/Entry__mdt.object", "CustomObject", func() {
		m.group(one, "fields", func() {
			m.leaf(two, "fullName", "Text__c")
			m.plainField(0, "Text", "length", 255)
		})
		m.leaf(one, "label", "Entry")
		m.leaf(one, "pluralLabel", "Entries")
		m.leaf(one, "visibility", "Public")
	})
	for i := range m.plan.records {
		m.xml(fmt.Sprintf("customMetadata/Entry.Entry_%d.md", i+1), "CustomMetadata", func() {
			m.leaf(one, "label", fmt.Sprintf("Entry %d", i+1))
			m.leaf(one, "protected", false)
			m.group(one, "values", func() {
				m.leaf(two, "field", "Text__c")
				m.leaf(two, "value", sentence(m.rnd, 1+m.rnd.IntN(12)))
			})
		})
	}
}
