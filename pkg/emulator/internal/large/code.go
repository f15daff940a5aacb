package large

import "fmt"

func className(i int) string { return fmt.Sprintf("%sService%d", nouns(i*3), i+1) }

// meta writes the file beside a file of code.
func (m *maker) meta(path, root string) {
	m.xml(path+"-meta.xml", root, func() {
		m.leaf(one, "apiVersion", "66.0")
		if root == "LightningComponentBundle" {
			m.leaf(one, "isExposed", false)
			return
		}
		m.leaf(one, "status", "Active")
	})
}

// code is the classes, every tenth of them a test, and the triggers. Each class
// works on one object.
func (m *maker) code() {
	for i := range m.plan.classes {
		path := "classes/" + className(i) + ".cls"
		m.file(path, func() { m.class(i) })
		m.meta(path, "ApexClass")
	}
	for i := range m.plan.triggers {
		o := m.plan.objects[i%len(m.plan.objects)]
		path := fmt.Sprintf("triggers/Trigger%d.trigger", i+1)
		m.file(path, func() {
			m.printf("trigger Trigger%d on %s (before insert, before update) {\n    // %s\n}\n", i+1, o.name, sentence(m.rnd, 10+m.rnd.IntN(80)))
		})
		m.meta(path, "ApexTrigger")
	}
}

func (m *maker) class(i int) {
	o := m.plan.objects[m.rnd.IntN(len(m.plan.objects))]
	if i%10 == 9 {
		m.printf("@IsTest\nprivate class %s {\n    @IsTest static void works() {\n        System.assert(%s.size() >= 0);\n    }\n}\n", className(i), className(i-1))
		return
	}
	m.printf("public with sharing class %s {\n", className(i))
	m.printf("    public static Integer size() { return [SELECT COUNT() FROM %s]; }\n", o.name)
	for n := range 3 + m.rnd.IntN(30) {
		m.printf("\n    // %s\n    public static String part%d(String text) {\n        return text + '%s';\n    }\n", sentence(m.rnd, 8), n, sentence(m.rnd, 6))
	}
	m.printf("}\n")
}

func (m *maker) bundles() {
	for i := range m.plan.bundles {
		name := fmt.Sprintf("part%d", i+1)
		path := "lwc/" + name + "/" + name
		m.file(path+".html", func() { m.printf("<template>\n    <p>%s</p>\n</template>\n", sentence(m.rnd, 20+m.rnd.IntN(200))) })
		m.file(path+".js", func() {
			m.printf("import { LightningElement } from 'lwc';\n\n// %s\nexport default class Part%d extends LightningElement {}\n", sentence(m.rnd, 10+m.rnd.IntN(300)), i+1)
		})
		m.meta(path+".js", "LightningComponentBundle")
	}
}

func (m *maker) statics() {
	for i := range m.plan.statics {
		path := fmt.Sprintf("staticresources/Style%d.resource", i+1)
		m.file(path, func() { m.printf("/* %s */\n", sentence(m.rnd, 100+m.rnd.IntN(3000))) })
		m.xml(path+"-meta.xml", "StaticResource", func() {
			m.leaf(one, "cacheControl", "Public")
			m.leaf(one, "contentType", "text/css")
		})
	}
}
