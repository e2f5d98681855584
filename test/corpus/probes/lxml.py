from lxml import etree, html, isoschematron
schema = etree.XMLSchema(etree.XML('<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:int"/></xs:schema>'))
print(schema.validate(etree.XML("<a>1</a>")), schema.validate(etree.XML("<a>x</a>")))
print(html.fromstring("<p>a<b>c").xpath("//b/text()"))
rules = etree.XML('<schema xmlns="http://purl.oclc.org/dsdl/schematron"><pattern><rule context="a"><assert test="b">no b</assert></rule></pattern></schema>')
print(isoschematron.Schematron(rules).validate(etree.XML("<a><b/></a>")))
