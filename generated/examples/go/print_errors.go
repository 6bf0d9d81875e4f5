// Prints what is wrong with a document: the types take any value and pass over unknown attributes.
package main

import (
	_ "embed"
	"fmt"
	"strings"

	"libvirt.org/go/libvirtxml"
)

//go:embed web.xml
var text string

func main() {
	wrong := strings.Replace(text, "bus='virtio'", "bus='virtoi'", 1)
	wrong = strings.Replace(wrong, "<source bridge='br0'/>", "<source brige='br0'/>", 1)
	var domain libvirtxml.Domain
	fmt.Println(domain.Unmarshal(wrong))
}
